"""The last frames of a microphone, and which sample was spoken at which time."""

from collections import deque
from collections.abc import Iterable

from saykey.flow import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame

NS_PER_SAMPLE = 1_000_000_000 // SAMPLE_RATE
NS_PER_FRAME = FRAME_SAMPLES * NS_PER_SAMPLE


class Timeline:
    """Keeps the frames of the last ``ns`` nanoseconds and maps monotonic time to samples.

    A frame can come late (the loop was busy, the card gives two at a time) but never early. So
    the frame that came with the least delay tells when sample 0 was spoken, and all others agree.
    """

    def __init__(self, ns: int) -> None:
        self._frames: deque[tuple[AudioFrame, int]] = deque(maxlen=max(1, -(-ns // NS_PER_FRAME)))

    def add(self, frame: AudioFrame, arrived: int) -> None:
        """The next frame, and the monotonic time in nanoseconds at which it was read."""
        self._frames.append((frame, arrived))

    def clear(self) -> None:
        """Forget all: the microphone starts anew."""
        self._frames.clear()

    def __bool__(self) -> bool:
        return bool(self._frames)

    @property
    def frames(self) -> Iterable[AudioFrame]:
        """The kept frames, oldest first."""
        return (frame for frame, _ in self._frames)

    def sample_at(self, at: int) -> int:
        """The sample spoken at this time; later than all frames if it was not read yet.

        Only when the timeline is not empty. Never before the oldest kept frame.
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
