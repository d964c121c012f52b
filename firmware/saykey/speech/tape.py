"""An audio buffer read by position: grows at its end, shrinks at its start."""

from saykey.flow import SAMPLE_BYTES


class Tape:
    """Consecutive pcm16 samples; positions count from the very first one ever appended."""

    def __init__(self) -> None:
        self._pcm = bytearray()
        self._first = 0

    @property
    def end(self) -> int:
        """Position just after the last sample."""
        return self._first + len(self._pcm) // SAMPLE_BYTES

    def append(self, pcm16: bytes) -> None:
        """Add samples at the end."""
        self._pcm += pcm16

    def cut(self, first: int, last: int) -> bytes:
        """A copy of the samples from ``first`` up to, not including, ``last``."""
        if not self._first <= first <= last <= self.end:
            raise IndexError(f"samples {first} to {last} are not on the tape")
        start = (first - self._first) * SAMPLE_BYTES
        return bytes(self._pcm[start : start + (last - first) * SAMPLE_BYTES])

    def forget(self, before: int) -> None:
        """Drop all samples before this position."""
        count = min(before, self.end) - self._first
        if count > 0:
            del self._pcm[: count * SAMPLE_BYTES]
            self._first += count
