"""Opens ALSA's capture devices with pyalsaaudio and decodes their samples."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Protocol

from saykey.errors import MicrophoneLost
from saykey.flow import FRAME_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FRAMES_PER_S = SAMPLE_RATE // FRAME_SAMPLES
PERIODS = 50
"""One second of buffer, in case the process is delayed; ALSA takes the nearest size it has."""


class Pcm(Protocol):
    """The part of alsaaudio.PCM that is used, opened for non-blocking capture."""

    def read(self) -> tuple[int, bytes]:
        """Frames and bytes of a period at most. 0: none yet; -EPIPE: overrun, capture runs again.

        Raises alsaaudio.ALSAAudioError when the device is gone.
        """
        ...

    def info(self) -> dict[str, str | int]:
        """The granted "rate", "channels", "format_name" and "period_size", among others."""
        ...

    def polldescriptors(self) -> list[tuple[int, int]]:
        """File descriptors and masks for poll(2)."""
        ...

    def polldescriptors_revents(self, descriptors: list[tuple[int, int]]) -> int:
        """Acknowledge the events that poll(2) returned for them (pyalsaaudio 0.11)."""
        ...

    def close(self) -> None:
        """Stop and release the device."""
        ...


def open_pcm(device: str) -> Pcm:
    """Open a capture device at 16 kHz mono S16_LE, or whatever is nearest to it."""
    try:
        import alsaaudio
    except ImportError:
        raise MicrophoneLost(
            "pyalsaaudio is not installed: install libasound2-dev, then pip install 'saykey[mic]'"
        ) from None
    _quieten_alsa()
    try:
        pcm = _request(device, SAMPLE_RATE)
        rate = int(pcm.info()["rate"])
        if rate != SAMPLE_RATE:
            pcm.close()
            pcm = _request(device, rate)
    except alsaaudio.ALSAAudioError as error:
        known = ", ".join(alsaaudio.pcms(alsaaudio.PCM_CAPTURE)) or "none"
        raise MicrophoneLost(
            f"cannot record from alsa:{device} ({reason(error)}); "
            f"plug it in, or set source under [microphone] to one of these: {known}"
        ) from error
    return pcm


def _request(device: str, rate: int) -> Pcm:
    import alsaaudio

    pcm: Pcm = alsaaudio.PCM(
        alsaaudio.PCM_CAPTURE,
        alsaaudio.PCM_NONBLOCK,
        device=device,
        rate=rate,
        channels=1,
        format=alsaaudio.PCM_FORMAT_S16_LE,
        periodsize=rate // FRAMES_PER_S,
        periods=PERIODS,
    )
    return pcm


def reason(error: Exception) -> str:
    """The error's message ("No such device [hw:1]") without the device, which is named already."""
    return str(error).partition(" [")[0]


def _decode_s16(data: bytes) -> NDArray[np.float32]:
    import numpy as np

    return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(2**15)


def _decode_s32(data: bytes) -> NDArray[np.float32]:
    import numpy as np

    return np.frombuffer(data, "<i4").astype(np.float32) / np.float32(2**31)


DECODERS = {"S16_LE": _decode_s16, "S32_LE": _decode_s32}
"""I2S microphones on the Pi's header give S32_LE."""

_ErrorHandler = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
)


@cache
def _quieten_alsa() -> object:
    """Keep libasound from writing several lines to stderr for each device it cannot open.

    The reason is in the error it returns. The handler must live as long as the library does
    (snd_lib_error_set_handler, alsa-lib error.c), so the cache keeps it.
    """
    handler = _ErrorHandler(lambda *_: None)
    with suppress(OSError):
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(handler)
    return handler
