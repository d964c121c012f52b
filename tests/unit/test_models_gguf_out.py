"""A model written as GGUF holds all its metadata, and is read back bit by bit."""

import subprocess
import sys
from pathlib import Path

import gguf
import numpy as np
import pytest
from whisper_files import (
    DEMO,
    ENGLISH,
    TRANSCRIBE,
    dimensions,
    export_gguf,
    import_file,
    like_whisper,
    rows,
    tensor_bytes,
    vocabulary,
    write_gguf,
)

from saykey.models.formats import ggml
from saykey.models.formats.contents import Notes
from saykey.models.formats.open_model import opened
from saykey.models.formats.tensors import BY_NAME
from saykey.models.formats.tokens import whole_vocabulary
from saykey.recognizer.whisper import libwhisper

NOTES = Notes(
    name="my-whisper", description="Fine-tuned at home.", licence="MIT",
    origin="https://example.org/my-whisper", languages=("de", "en"), dynamic_context=True,
)  # fmt: skip


def data_in(path):
    """Each tensor's type and bytes, as the gguf package reads them: 3 s for 50,000 tokens."""
    return {
        tensor.name: (tensor.tensor_type.name, tensor.data.tobytes())
        for tensor in gguf.GGUFReader(path).tensors
    }


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The bundled model as GGUF with NOTES: the file, and what the gguf package reads in it."""
    path = tmp_path_factory.mktemp("gguf") / "demo.gguf"
    export_gguf(DEMO, path, NOTES)
    return path, gguf.GGUFReader(path)


def circle(folder, form):
    """A file by other authors, its conversion for the device, and that one exported as GGUF."""
    size = dimensions(state=64 if form.block < 256 else 256, vocabulary=ENGLISH)
    first = folder / "first.gguf"
    write_gguf(first, size, like_whisper(form.kind), TRANSCRIBE, tokens=False)
    device = import_file(first, folder, "device").path
    export_gguf(device, folder / "second.gguf", NOTES)
    return first, device, folder / "second.gguf"


@pytest.mark.parametrize("name", BY_NAME)
def test_from_gguf_to_the_device_and_back_every_tensor_is_bit_equal(tmp_path, name):
    first, device, second = circle(tmp_path, BY_NAME[name])
    there, back = data_in(first), second.read_bytes()
    with opened(second) as source:
        for ours, _, theirs, _ in rows(source.contents.dimensions):
            stored = source.contents.tensors[ours]
            assert there[theirs][0].lower() == stored.format.name
            assert there[theirs][1] == tensor_bytes(back, source.contents, ours)
    again = import_file(second, tmp_path, "again").path
    assert again.read_bytes() == device.read_bytes()


@pytest.mark.parametrize("name", ["f16", "q5_1", "q6_k"])
def test_the_gguf_package_reads_the_same_out_of_both(tmp_path, name):
    first, _, second = circle(tmp_path, BY_NAME[name])
    there, back = data_in(first), data_in(second)
    assert {n: back[n] for n in there} == there
    assert back.keys() - there.keys() == {"frontend.mel_filterbank", "frontend.window"}


def test_the_bundled_model_is_exported_and_imported_again_bit_by_bit(tmp_path, demo):
    back = import_file(demo[0], tmp_path, "back").path.read_bytes()
    bundled = DEMO.read_bytes()
    ours, theirs = ggml.read(memoryview(bundled)), ggml.read(memoryview(back))
    assert (ours.dimensions, ours.mel_filters) == (theirs.dimensions, theirs.mel_filters)
    assert ours.vocabulary == theirs.vocabulary
    for name in ours.tensors:
        assert tensor_bytes(bundled, ours, name) == tensor_bytes(back, theirs, name)


def test_notes_for_people_are_written_under_the_standards_keys(demo):
    fields = demo[1].fields
    keys = gguf.Keys.General
    told = {key: fields[key].contents() for key in fields if key.startswith("general.")}
    assert told == {
        keys.ARCHITECTURE: "whisper", keys.TYPE: "model", keys.NAME: "my-whisper",
        keys.BASENAME: "whisper", keys.SIZE_LABEL: "38M", keys.DESCRIPTION: "Fine-tuned at home.",
        keys.LICENSE: "MIT", keys.SOURCE_URL: "https://example.org/my-whisper",
        keys.LANGUAGES: ["de", "en"], keys.QUANTIZATION_VERSION: gguf.GGML_QUANT_VERSION,
        keys.FILE_TYPE: gguf.LlamaFileType.MOSTLY_Q8_0,
    }  # fmt: skip
    assert fields["saykey.dynamic_context"].contents() is True


def test_our_own_reader_reads_it_back(demo):
    with opened(demo[0]) as source:
        assert source.contents.notes == NOTES


def test_notes_go_along_when_a_gguf_file_is_written_anew(tmp_path, demo):
    export_gguf(demo[0], tmp_path / "two.gguf", Notes(name="other"))
    with opened(tmp_path / "two.gguf") as source:
        told = source.contents.notes
    assert (told.name, told.licence, told.dynamic_context) == ("other", "MIT", True)


def test_a_model_without_notes_is_named_after_its_file(tmp_path):
    export_gguf(DEMO, tmp_path / "demo.gguf", Notes())
    with opened(tmp_path / "demo.gguf") as source:
        assert source.contents.notes == Notes(name="tiny.en-short", languages=("en",))


@pytest.mark.parametrize(("words", "languages"), [(ENGLISH, 1), (51865, 99), (51866, 100)])
def test_a_model_without_notes_has_the_languages_of_its_vocabulary(tmp_path, words, languages):
    size = dimensions(vocabulary=words)
    silent = write_gguf(tmp_path / "m.gguf", size, like_whisper(8), TRANSCRIBE)
    export_gguf(silent, tmp_path / "out.gguf", Notes())
    with opened(tmp_path / "out.gguf") as source:
        told = source.contents.notes.languages
    assert (told[0], len(set(told)), len(told)) == ("en", languages, languages)


@pytest.mark.parametrize("words", [ENGLISH, 51865])
def test_special_tokens_are_where_whisper_cpp_has_them(tmp_path, words):
    size = dimensions(vocabulary=words)
    path = write_gguf(tmp_path / "m.gguf", size, like_whisper(8), TRANSCRIBE)
    device = import_file(path, tmp_path, "m").path
    export_gguf(device, tmp_path / "out.gguf", Notes())
    fields = gguf.GGUFReader(tmp_path / "out.gguf").fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    library = libwhisper.load()
    parameters = library.whisper_context_default_params()
    parameters.use_gpu = False
    image = device.read_bytes()
    context = library.whisper_init_from_buffer_with_params_no_state(image, len(image), parameters)
    for name, spelt in (("eot", "endoftext"), ("sot", "startoftranscript"), ("nosp", "nospeech")):
        assert tokens[getattr(library, f"whisper_token_{name}")(context)] == f"<|{spelt}|>"
    library.whisper_free(context)
    german = library.whisper_lang_id(b"de")
    start = fields["stt.whisper.sot_token_id"].contents()
    assert tokens[start] == "<|startoftranscript|>"
    assert tokens[start + 1 + german] == "<|de|>"
    assert tokens[-1] == "<|30.00|>"
    assert len(tokens) == words
    assert tokens[:50000] == vocabulary(size)[:50000]
    assert fields["tokenizer.ggml.eos_token_id"].contents() == tokens.index("<|endoftext|>")


def test_shapes_are_those_of_the_converter_whose_family_it_is(demo):
    shapes = {tensor.name: tuple(map(int, tensor.shape)) for tensor in demo[1].tensors}
    size = ggml.read(memoryview(DEMO.read_bytes())).dimensions
    for _, _, name, shape in rows(size):
        assert shapes.pop(name) == tuple(reversed(shape))
    assert shapes == {"frontend.mel_filterbank": (201, 80), "frontend.window": (400,)}


def test_the_window_is_hanns(demo):
    (window,) = (t.data for t in demo[1].tensors if t.name == "frontend.window")
    assert window.dtype == np.float32
    assert np.abs(window - np.hanning(401)[:-1]).max() < 1e-7


@pytest.mark.parametrize("words", [ENGLISH, 51865, 51866])
@pytest.mark.parametrize("count", [50256, 50257, 50258])
def test_all_tokens_are_written_in_their_places_however_many_a_file_spells(words, count):
    size = dimensions(vocabulary=words)
    text = [b"t%d" % number for number in range(count)]
    told = whole_vocabulary(text, size)
    end = 50256 if words == ENGLISH else 50257
    assert len(told) == words
    assert told[:50256] == tuple(text[:50256])
    assert told[end : end + 3] == (b"<|endoftext|>", b"<|startoftranscript|>", b"<|en|>")
    assert told[-1501:][:2] == (b"<|0.00|>", b"<|0.02|>")


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    # a process of its own, since the limit of a file's size cannot be raised again
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from saykey.errors import ModelError\n"
        "from saykey.models.formats.contents import Notes\n"
        "from saykey.models.formats.open_model import opened\n"
        "from saykey.models.store.convert import export_gguf\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 22, 1 << 22))\n"
        "try:\n"
        "    with opened(Path(sys.argv[1])) as model:\n"
        "        export_gguf(model, Path(sys.argv[2]), Notes())\n"
        "except ModelError as error:\n"
        "    print(error)\n"
    )
    target = tmp_path / "out" / "demo.gguf"
    target.parent.mkdir()
    command = [sys.executable, "-c", script, str(DEMO), str(target)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.startswith(f"{target} cannot be written: File too large; make room")
    assert list(Path(tmp_path / "out").iterdir()) == []
