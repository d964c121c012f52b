"""Converts any sample rate and channel count to 16 kHz mono pcm16. soxr resamples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from saykey.audio.level import FULL_SCALE
from saykey.audio.mixing import Mixer
from saykey.flow import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Quality = Literal["MQ", "HQ"]


class Converter:
    """Converts samples -1..1 at ``rate`` Hz, any number of channels, to 16 kHz mono pcm16.

    Quality "MQ" holds back 18 ms of sound, "HQ" 30 ms (soxr 1.1, 48 kHz). At 16 kHz nothing is
    held back, and mono samples of 16 bit or less are returned bit for bit.
    """

    def __init__(self, rate: int, quality: Quality = "HQ") -> None:
        self._mixer = Mixer(rate)
        self._stream = None
        if rate != SAMPLE_RATE:
            import soxr

            self._stream = soxr.ResampleStream(
                rate, SAMPLE_RATE, 1, dtype="float32", quality=quality
            )

    def feed(self, samples: NDArray[np.float32], *, last: bool = False) -> bytes:
        """Convert samples of shape (length, channels); ``last`` also returns what was held back.

        Channels are mixed as in mixing.Mixer. Samples beyond full scale are clipped.
        """
        import numpy as np

        mono = self._mixer.feed(samples)
        if self._stream is not None:
            mono = self._stream.resample_chunk(mono, last=last)
        rounded = np.rint(mono * np.float32(FULL_SCALE))
        return bytes(rounded.clip(-FULL_SCALE, FULL_SCALE - 1).astype("<i2").tobytes())
