"""The catalogue is complete, agrees with itself, and with whisper.cpp."""

import ctypes
from collections import Counter

from saykey.models.fetch.http import checked_address
from saykey.models.store import catalogue
from saykey.models.store.memory import need
from saykey.models.store.store import checked_name
from saykey.recognizer.whisper import libwhisper

MODELS = catalogue.listed()


def test_each_family_has_its_usual_quantisations_and_its_english_variant():
    names = {model.name for model in MODELS}
    for family in ("tiny", "base", "small", "medium"):
        five = "q5_0" if family == "medium" else "q5_1"
        for variant in (family, f"{family}.en"):
            assert {variant, f"{variant}-{five}", f"{variant}-q8_0"} <= names
    turbo = "large-v3-turbo"
    assert {turbo, f"{turbo}-q5_0", f"{turbo}-q8_0"} <= names


def test_there_are_models_for_dynamic_context_in_both_kinds():
    made = [model for model in MODELS if model.dynamic_context]
    assert Counter(len(model.languages) == 1 for model in made) == {True: 3, False: 3}


def test_no_name_address_or_checksum_occurs_twice():
    for field in ("name", "address", "sha256"):
        assert max(Counter(getattr(model, field) for model in MODELS).values()) == 1


def test_every_model_can_be_pulled_as_it_stands():
    for model in MODELS:
        checked_name(model.name)
        assert checked_address(model.address).startswith("https://")
        assert len(model.sha256) == 64
        assert model.size > 30_000_000
        assert set(model.boards) <= {"pi4", "pi5", "pc"}


def test_a_quantised_file_is_smaller_than_one_of_more_bits():
    sizes = {model.name: model.size for model in MODELS}
    for name, size in sizes.items():
        if name.endswith("-q8_0") and name.removesuffix("-q8_0") in sizes:
            stem = name.removesuffix("-q8_0")
            five = sizes.get(f"{stem}-q5_1") or sizes[f"{stem}-q5_0"]
            assert five < size < sizes[stem]


def test_languages_are_those_of_whisper_cpp_in_its_order():
    library = libwhisper.load()
    library.whisper_lang_str.restype = ctypes.c_char_p
    spoken = tuple(library.whisper_lang_str(number).decode() for number in range(100))
    known = {len(model.languages): model.languages for model in MODELS}
    assert known == {1: spoken[:1], 99: spoken[:99], 100: spoken}


def test_a_model_is_found_by_its_checksum_whatever_it_is_called():
    tiny = catalogue.listed_as("tiny-q8_0")
    assert catalogue.listed_with(tiny.sha256) == tiny
    assert catalogue.listed_with("0" * 64) is None
    assert catalogue.listed_as("tinny") is None


def test_the_memory_a_model_needs_is_more_than_its_file():
    tiny = catalogue.listed_as("tiny-q8_0")
    assert tiny.memory == need(tiny.size, state=384, layers=4) > tiny.size
