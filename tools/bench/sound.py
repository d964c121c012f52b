"""Sound for the measurements, made from the bundled dictation."""

import wave
from pathlib import Path

from saykey.audio.files import read_pcm16
from saykey.cli.demo import bundled
from saykey.events import PhraseEnded
from saykey.flow import FRAME_SAMPLES, SAMPLE_BYTES, SAMPLE_RATE, Phrase
from saykey.settings.schema import SpeechSettings
from saykey.speech.cutter import Cutter
from saykey.speech.detector import WebRtcDetector

BYTES_PER_S = SAMPLE_RATE * SAMPLE_BYTES
FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES

PAUSE_S = (7.3, 8.9)
"""Where nothing is said in the bundled dictation: the noise of its room."""

LAST_SENTENCE_S = 29.8
"""A little before the last sentence."""


def dictation() -> tuple[bytes, str]:
    """16 kHz mono pcm16 of the bundled dictation, and its text."""
    recording, text = bundled()
    return read_pcm16(recording), text


def seconds(pcm16: bytes) -> float:
    """The length in seconds."""
    return len(pcm16) / BYTES_PER_S


def room(length_s: float) -> bytes:
    """The noise of the room, with this length."""
    pcm16, _ = dictation()
    noise = _cut(pcm16, *PAUSE_S)
    times = int(length_s / seconds(noise)) + 1
    return _cut(noise * times, 0.0, length_s)


def last_sentence() -> bytes:
    """The last sentence up to the last frame in which the detector hears a voice."""
    pcm16, _ = dictation()
    return pcm16[round(LAST_SENTENCE_S * BYTES_PER_S) : voice_end(pcm16)]


def voice_end(pcm16: bytes) -> int:
    """The byte behind the last frame in which the detector hears a voice."""
    detector = WebRtcDetector(SpeechSettings().aggressiveness)
    frames = range(0, len(pcm16) - FRAME_BYTES + 1, FRAME_BYTES)
    voiced = [at for at in frames if detector.voiced(pcm16[at : at + FRAME_BYTES])]
    return voiced[-1] + FRAME_BYTES


def phrases() -> list[Phrase]:
    """The phrases of the bundled dictation, as the device cuts them."""
    speech = SpeechSettings()
    cutter = Cutter(1, speech, WebRtcDetector(speech.aggressiveness))
    events = [*cutter.feed(dictation()[0], 0), *cutter.finish()]
    return [event.phrase for event in events if isinstance(event, PhraseEnded)]


def write(path: Path, pcm16: bytes) -> None:
    """Write the sound to a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_BYTES)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(pcm16)


def _cut(pcm16: bytes, begin_s: float, end_s: float) -> bytes:
    return pcm16[round(begin_s * BYTES_PER_S) : round(end_s * BYTES_PER_S)]
