"""Detects models that do not stop at the end of the sound.

Small fine-tuned models often lose the end-of-text token and repeat the same words. A few sounds,
heard once each in a separate process, reveal such a model before anybody dictates with it.
"""

import struct
from math import pi, sin
from pathlib import Path

from saykey.flow import SAMPLE_RATE
from saykey.measure.client import measuring
from saykey.measure.process import Hear
from saykey.recognizer.whisper.guards import loops
from saykey.recognizer.whisper.window import window_rows

_SECONDS = 2
_SAMPLES = _SECONDS * SAMPLE_RATE
_TONE_HZ = 440
_LOUDNESS = 3000


def endless(path: Path, speech: bytes, padding: int | None, threads: int) -> tuple[str, ...]:
    """The sounds, of silence, a tone and speech, after which the model at ``path`` does not stop.

    The result is empty for a good model. ``speech`` is a phrase as 16 kHz mono pcm16, of up to
    30 s. ``padding`` is in encoder rows, None for a model that needs the full window (see
    window.window_rows). Takes three recognitions.
    Raises ModelError when the model cannot be used, RecognizerError when its process dies.
    """
    sounds = {"silence": bytes(2 * _SAMPLES), "a tone": _tone(), "speech": speech}
    found = []
    with measuring(path, threads, exact=padding is not None) as model:
        for name, pcm16 in sounds.items():
            rows = window_rows(len(pcm16) // 2, padding)
            heard = model.hear(Hear(rows, "en", pcm16))
            if heard.capped or loops(heard.text):
                found.append(name)
    return tuple(found)


def _tone() -> bytes:
    step = 2 * pi * _TONE_HZ / SAMPLE_RATE
    return struct.pack(
        f"<{_SAMPLES}h", *(round(_LOUDNESS * sin(step * n)) for n in range(_SAMPLES))
    )
