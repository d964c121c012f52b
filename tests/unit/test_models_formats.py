"""Models of other dimensions and number formats than the bundled one pass the check, and run.

They are made here with weights of zero: the tests are about whether whisper.cpp loads what `check`
accepts.
"""

import struct
from array import array

import pytest

from saykey.errors import RecognizerError
from saykey.models.formats.ggml import check
from saykey.models.formats.tensors import FORMATS, Dimensions, wanted_tensors
from saykey.recognizer.whisper.decoding import Decoding
from saykey.recognizer.whisper.engine import Whisper

TINY = Dimensions(
    vocabulary=51865, audio_context=1500, state=64, heads=1, encoder_layers=1, text_context=448,
    decoder_layers=1, mels=80,
)  # fmt: skip
WIDE = Dimensions(
    vocabulary=51866, audio_context=1500, state=256, heads=4, encoder_layers=1, text_context=448,
    decoder_layers=1, mels=128,
)  # fmt: skip
MODELS = [
    (TINY, 1, "f16"), (TINY, 2002, "q4_0"), (TINY, 2003, "q4_1"), (TINY, 2007, "q8_0"),
    (TINY, 2008, "q5_0"), (TINY, 2009, "q5_1"), (WIDE, 2010, "q2_k"), (WIDE, 2011, "q3_k"),
    (WIDE, 2012, "q4_k"), (WIDE, 2013, "q5_k"), (WIDE, 2014, "q6_k"),
]  # fmt: skip


def made(size, ftype):
    """A model file of these dimensions; its vocabulary is numbers."""
    parts = [
        b"lmgg",
        struct.pack("<11i", size.vocabulary, size.audio_context, size.state, size.heads,
                    size.encoder_layers, size.text_context, size.state, size.heads,
                    size.decoder_layers, size.mels, ftype),
        struct.pack("<2i", size.mels, 201), bytes(4 * size.mels * 201),
        struct.pack("<i", 50257),
    ]  # fmt: skip
    for token in (b"", b" ", *(b"%d" % number for number in range(50255))):
        parts += struct.pack("<I", len(token)), token
    for name, tensor in wanted_tensors(size, FORMATS[ftype % 1000]).items():
        parts += (
            struct.pack("<3i", len(tensor.shape), len(name), tensor.format.kind),
            struct.pack(f"<{len(tensor.shape)}i", *tensor.shape),
            name.encode(),
            bytes(tensor.size),
        )
    return b"".join(parts)


@pytest.mark.parametrize(("size", "ftype", "name"), MODELS, ids=[name for *_, name in MODELS])
def test_a_model_of_this_format_passes_and_runs(size, ftype, name):
    image = made(size, ftype)
    facts = check(memoryview(image))
    assert (facts.quantisation, facts.dimensions) == (name, size)
    whisper = Whisper(image, 1, exact_windows=True)
    try:
        decoding = Decoding("de", "", 64, 4)
        assert whisper.transcribe(array("f", bytes(64_000)), decoding, lambda: False)
    finally:
        whisper.close()


@pytest.mark.parametrize(("size", "languages"), [(TINY, 99), (WIDE, 100)])
def test_a_multilingual_model_knows_its_languages(size, languages):
    facts = check(memoryview(made(size, 1)))
    assert (facts.multilingual, facts.languages) == (True, languages)


def test_a_language_whisper_does_not_know_is_refused():
    whisper = Whisper(made(TINY, 1), 1, exact_windows=True)
    with pytest.raises(RecognizerError, match="Whisper does not know 'tlh'"):
        whisper.transcribe(array("f"), Decoding("tlh", "", 64, 4), lambda: False)
    whisper.close()
