"""Chooses when the button is released in a recording."""

from saykey.flow import FRAME_SAMPLES, SAMPLE_BYTES, SAMPLE_RATE
from saykey.ports import VoiceDetector

FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES


def released(pcm16: bytes, after_s: float, detector: VoiceDetector) -> bytes:
    """The recording up to ``after_s`` seconds after its last voiced frame.

    Digital silence is added if it is shorter. A recording without any voice is not changed.
    """
    detector.reset()
    voiced = [
        begin + FRAME_BYTES
        for begin in range(0, len(pcm16) - FRAME_BYTES + 1, FRAME_BYTES)
        if detector.voiced(pcm16[begin : begin + FRAME_BYTES])
    ]
    if not voiced:
        return pcm16
    end = voiced[-1] + round(after_s * SAMPLE_RATE) * SAMPLE_BYTES
    return pcm16[:end].ljust(end, b"\0")
