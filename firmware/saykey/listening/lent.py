"""The sound of a dictation that is lent: it goes to a borrower, and no phrases are cut from it."""

from collections.abc import Callable

from saykey.flow import FRAME_SAMPLES, SAMPLE_BYTES, LentSound

PIECE_SAMPLES = 8 * FRAME_SAMPLES
"""Samples in a piece of sound: 160 ms. Waking the processor for each frame costs more."""

LOST = "the microphone went away; `saykey status` says what to do"
CANCELLED = "the device stopped listening: it was cancelled there, or saykey ends"


class Lent:
    """Gathers the sound and hands it over in pieces. It is a listener.Ear, as the cutter is."""

    def __init__(self, borrower: int, hand_over: Callable[[LentSound], None]) -> None:
        self._borrower = borrower
        self._hand_over = hand_over
        self._gathered = bytearray()
        self._position = 0
        self._last: int | None = None
        self.finished = False

    @property
    def tells_nothing_before(self) -> int:
        """The sample position at which the next piece is complete."""
        return self._position + PIECE_SAMPLES - len(self._gathered) // SAMPLE_BYTES

    def feed(self, pcm16: bytes, sample: int) -> tuple[()]:
        """Take samples; ``sample`` is the position of the first. Lost samples are left out."""
        end = sample + len(pcm16) // SAMPLE_BYTES
        if self._last is not None and end > self._last:
            pcm16 = pcm16[: max(0, self._last - sample) * SAMPLE_BYTES]
        self._position = end
        self._gathered += pcm16
        if self._last is not None and end >= self._last:
            self._end()
        elif len(self._gathered) >= PIECE_SAMPLES * SAMPLE_BYTES:
            self._hand_over(LentSound(self._borrower, bytes(self._gathered)))
            self._gathered.clear()
        return ()

    def release(self, at_sample: int, _post_roll: int) -> tuple[()]:
        """End at this sample, at once if it was fed already."""
        self._last = at_sample
        if self._position >= at_sample:
            self._end()
        return ()

    def finish(self) -> tuple[()]:
        """End with the sound there is, because the microphone went away."""
        self._end(LOST)
        return ()

    def cancel(self) -> None:
        """End at once, because the dictation was cancelled."""
        self._end(CANCELLED)

    def _end(self, why: str = "") -> None:
        if not self.finished:
            self.finished = True
            self._hand_over(LentSound(self._borrower, bytes(self._gathered), over=True, why=why))
