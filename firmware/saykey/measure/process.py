"""The measuring process: loads one model, then times recognitions and returns transcripts.

``python -m saykey.measure.process MODEL_PATH THREADS exact|flash``. Each line on stdin is an
order, each line on stdout an answer, both as JSON. The first line reports how the model was loaded.
The library is called as the worker calls it, but without the worker's gate and second tries.
"""

import random
import sys
import time
from array import array
from pathlib import Path

import msgspec

from saykey.errors import ModelError, RecognizerError
from saykey.models.formats.file_io import named
from saykey.models.store.load import checked_image
from saykey.recognizer.whisper.decoding import Decoding
from saykey.recognizer.whisper.engine import Whisper, floats
from saykey.recognizer.whisper.window import most_tokens

_LOUDNESS = 0.1


class Trial(msgspec.Struct, frozen=True, tag=True):
    """Recognise ``samples`` of noise in a window of ``rows``, and decode exactly ``tokens``."""

    rows: int
    samples: int
    tokens: int


class Hear(msgspec.Struct, frozen=True, tag=True):
    """Recognise 16 kHz mono pcm16, at most 30 s, in a window of ``rows``."""

    rows: int
    language: str
    pcm16: bytes

    def __repr__(self) -> str:
        return type(self).__name__


class Loaded(msgspec.Struct, frozen=True, tag=True):
    """The model is loaded. The times in ms, wall clock and CPU, include reading and checking."""

    wall_ms: float
    cpu_ms: float
    quantisation: str


class Unusable(msgspec.Struct, frozen=True, tag=True):
    """The process ends, because the model or the library cannot be used."""

    reason: str


class Timed(msgspec.Struct, frozen=True, tag=True):
    """Times of one recognition in ms: wall clock, CPU, and wall clock of the encoder."""

    wall_ms: float
    cpu_ms: float
    encode_ms: float


class Text(msgspec.Struct, frozen=True, tag=True):
    """A transcript; see whisper.decoding.Heard."""

    text: str
    probability: float
    no_speech: float
    capped: bool
    cpu_ms: float

    def __repr__(self) -> str:
        return type(self).__name__


class Failed(msgspec.Struct, frozen=True, tag=True):
    """This order cannot be carried out."""

    reason: str


Order = Trial | Hear
Answer = Loaded | Unusable | Timed | Text | Failed

_orders: msgspec.json.Decoder[Order] = msgspec.json.Decoder(Order)


def main() -> None:
    """Entry of the process."""
    path, threads, way = sys.argv[1:]
    try:
        whisper, loaded = _load(Path(path), int(threads), exact=way == "exact")
    except (ModelError, RecognizerError) as error:
        _tell(Unusable(str(error)))
        return
    _tell(loaded)
    for line in sys.stdin:
        order = _orders.decode(line)
        try:
            _tell(_timed(whisper, order) if isinstance(order, Trial) else _heard(whisper, order))
        except RecognizerError as error:
            _tell(Failed(str(error)))


def _load(path: Path, threads: int, *, exact: bool) -> tuple[Whisper, Loaded]:
    began, used = time.monotonic(), time.process_time()
    image, facts = checked_image(path)
    with named(path):
        whisper = Whisper(image, threads, exact_windows=exact)
    wall_ms = (time.monotonic() - began) * 1000
    return whisper, Loaded(wall_ms, (time.process_time() - used) * 1000, facts.quantisation)


def _timed(whisper: Whisper, order: Trial) -> Timed:
    draw = random.Random(0)  # noqa: S311 - any noise, but the same each time
    noise = array("f", (draw.gauss(0, _LOUDNESS) for _ in range(order.samples)))
    decoding = Decoding("en", "", order.rows, order.tokens, endless=True)
    used = time.process_time()
    heard = whisper.transcribe(noise, decoding, lambda: False)
    return Timed(heard.total_ms, (time.process_time() - used) * 1000, heard.encode_ms)


def _heard(whisper: Whisper, order: Hear) -> Text:
    samples = floats(order.pcm16)
    decoding = Decoding(order.language, "", order.rows, most_tokens(len(samples)))
    used = time.process_time()
    heard = whisper.transcribe(samples, decoding, lambda: False)
    cpu_ms = (time.process_time() - used) * 1000
    return Text(heard.text, heard.probability, heard.no_speech, heard.capped, cpu_ms)


def _tell(answer: Answer) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
