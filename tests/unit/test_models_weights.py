"""A model with a weight that is no finite number is refused, in every format."""

import asyncio
import struct

import gguf
import numpy as np
import pytest
from whisper_files import (
    DEMO,
    TRANSCRIBE,
    dimensions,
    export_gguf,
    import_file,
    like_whisper,
    packed_in_cache,
    weights,
    write_gguf,
)

from saykey.clock import MonotonicClock
from saykey.errors import ModelError
from saykey.models.formats import ggml
from saykey.models.formats.contents import Notes
from saykey.models.formats.quantise import convert
from saykey.models.formats.tensors import F32, KINDS
from saykey.models.formats.weight_checks import check_part, checked
from saykey.models.store import store
from saykey.recognizer.client import WorkerRecognizer
from saykey.settings.schema import RecognizerSettings

IMAGE = DEMO.read_bytes()
TENSORS = ggml.read(memoryview(IMAGE)).tensors
NO_NUMBERS = "has weights that are not numbers; it is damaged or its training failed"

FORMATS = pytest.mark.parametrize("form", KINDS.values(), ids=lambda form: form.name)

SPOILED = {
    "f32": ("decoder.ln.weight", "<f"),
    "f16": ("encoder.conv1.weight", "<e"),
    "q8_0": ("decoder.token_embedding.weight", "<e"),  # block_q8_0 begins with its scale
}
NUMBERS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


def with_number(form, number, *, at_end):
    name, kind = SPOILED[form]
    tensor = TENSORS[name]
    image = bytearray(IMAGE)
    offset = tensor.size - tensor.format.size if at_end else 0
    struct.pack_into(kind, image, tensor.begin + offset, number)
    return bytes(image)


@pytest.mark.parametrize("at_end", [False, True], ids=["first", "last"])
@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("form", SPOILED)
def test_a_weight_that_is_no_number_is_found_wherever_it_stands(form, number, at_end):
    with pytest.raises(ModelError) as refused:
        checked(with_number(form, NUMBERS[number], at_end=at_end))
    assert str(refused.value) == NO_NUMBERS


def test_the_bundled_models_weights_are_numbers():
    assert checked(IMAGE) == ggml.check(memoryview(IMAGE))


@FORMATS
def test_finite_numbers_of_every_format_are_accepted(form):
    values = np.random.default_rng(0).standard_normal((4, 256), np.float32)
    data = values.tobytes()
    if form.name == "bf16":
        data = (values.view(np.uint32) >> 16).astype("<u2").tobytes()
    elif form != F32:
        data = convert(data, 256, F32, form)
    check_part(data, form)


@FORMATS
def test_any_bytes_are_judged_as_the_gguf_package_reads_them(form):
    """In random blocks one scale in 32 is no number: all five bits of its exponent are set."""
    draw = np.random.default_rng(1)
    kind = gguf.GGMLQuantizationType(form.kind)
    verdicts = set()
    for _ in range(2000):
        block = draw.bytes(form.size)
        with np.errstate(all="ignore"):
            numbers = gguf.quants.dequantize(np.frombuffer(block, np.uint8), kind)
        verdict = bool(np.isfinite(numbers).all())
        try:
            check_part(block, form)
        except ModelError:
            assert not verdict, block
        else:
            assert verdict, block
        verdicts.add(verdict)
    assert verdicts == {True, False}


def test_the_library_adds_no_line_of_its_own(capfd):
    with pytest.raises(ModelError):
        checked(with_number("q8_0", float("nan"), at_end=False))
    assert capfd.readouterr() == ("", "")


def test_stderr_is_restored_after_it(capfd):
    checked(IMAGE)
    store.os.write(2, b"still here")
    assert capfd.readouterr().err == "still here"


@pytest.mark.parametrize("entry", [import_file, packed_in_cache])
def test_a_gguf_file_with_one_is_named_and_leaves_nothing_behind(tmp_path, entry):
    plain, path = tmp_path / "plain.bin", tmp_path / "m.gguf"
    plain.write_bytes(with_number("q8_0", float("nan"), at_end=True))
    export_gguf(plain, path, Notes())
    with pytest.raises(ModelError) as refused:
        entry(path, tmp_path / "models", *(["m"] if entry is import_file else []))
    assert str(refused.value) == f"{path} {NO_NUMBERS}"
    assert list((tmp_path / "models").iterdir()) == []


def test_one_that_would_be_converted_is_refused_too(tmp_path):
    size = dimensions()
    path = write_gguf(tmp_path / "m.gguf", size, like_whisper(1), TRANSCRIBE)
    image = bytearray(path.read_bytes())
    query = weights(size)["encoder.blocks.0.attn.query.weight"].astype("<f2").tobytes()
    struct.pack_into("<e", image, image.index(query), float("nan"))
    path.write_bytes(image)
    with pytest.raises(ModelError, match=NO_NUMBERS):
        import_file(path, tmp_path, "m", "q8_0")


def test_the_worker_refuses_it_and_says_which_file(tmp_path):
    path = tmp_path / "m.bin"
    path.write_bytes(with_number("f16", float("inf"), at_end=True))

    async def load():
        recognizer = WorkerRecognizer(RecognizerSettings(gate=False), MonotonicClock())
        try:
            await recognizer.load(str(path))
        finally:
            await recognizer.close()

    with pytest.raises(ModelError) as refused:
        asyncio.run(load())
    assert str(refused.value) == f"{path} {NO_NUMBERS}"
