"""Keeps the last frames of a microphone and maps times to samples."""

from collections import deque
from collections.abc import Iterable

from saykey.flow import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame

NS_PER_SAMPLE = 1_000_000_000 // SAMPLE_RATE
NS_PER_FRAME = FRAME_SAMPLES * NS_PER_SAMPLE


class Timeline:
    """Keeps the frames of the last ``ns`` nanoseconds and maps monotonic time to samples.

    A frame can come late (the loop was busy, the card gives two at a time) but never early. So
    the frame with the least delay shows when sample 0 was spoken. The times of all samples follow
    from that.
    """

    def __init__(self, ns: int) -> None:
        self._frames: deque[tuple[AudioFrame, int]] = deque(maxlen=max(1, -(-ns // NS_PER_FRAME)))

    def add(self, frame: AudioFrame, arrived: int) -> None:
        """Add the next frame; ``arrived`` is when it was read, in monotonic nanoseconds."""
        self._frames.append((frame, arrived))

    def clear(self) -> None:
        """Forget all frames: the microphone starts again."""
        self._frames.clear()

    def __bool__(self) -> bool:
        return bool(self._frames)

    @property
    def frames(self) -> Iterable[AudioFrame]:
        """The kept frames, oldest first."""
        return (frame for frame, _ in self._frames)

    def sample_at(self, at: int) -> int:
        """The sample spoken at this time; after all frames if it was not read yet.

        The timeline must not be empty. The result is never before the oldest kept frame.
        """
        oldest, _ = self._frames[0]
        ahead = max(frame.end * NS_PER_SAMPLE - arrived for frame, arrived in self._frames)
        return max(oldest.sample, (at + ahead) // NS_PER_SAMPLE)

    @property
    def oldest(self) -> AudioFrame:
        """The first of the kept frames; there must be one."""
        return self._frames[0][0]

    @property
    def newest(self) -> AudioFrame:
        """The last frame added; there must be one."""
        return self._frames[-1][0]
