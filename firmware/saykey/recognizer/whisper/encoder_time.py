"""Measures how long the encoder takes, and lets the work be aborted."""

import time
from collections.abc import Callable
from ctypes import c_void_p


class Watch:
    """Times the encoder's pass with two callbacks of whisper.cpp: one before it, one after it.

    whisper_get_timings does not cover a state that the caller created. For the order of the calls
    see whisper_full_with_state and the end of whisper_encode_internal (1.8.5). ``encode_ms`` is
    wall time.
    """

    def __init__(self, aborted: Callable[[], bool]) -> None:
        self._aborted = aborted
        self._began: int | None = None
        self.encode_ms = 0.0

    def begins(self, _context: c_void_p, _state: c_void_p, _data: c_void_p) -> bool:
        """Note that the pass begins. A whisper_encoder_begin_callback."""
        self._began = time.monotonic_ns()
        return True

    def asks(self, _data: c_void_p) -> bool:
        """Note that the pass has ended; return whether to abort. A ggml_abort_callback."""
        if self._began is not None:
            self.encode_ms += (time.monotonic_ns() - self._began) / 1e6
            self._began = None
        return self._aborted()
