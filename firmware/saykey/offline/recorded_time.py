"""The time of the simulation: it runs while the recognizer works, and jumps otherwise."""

from saykey.ports import Clock


class RecordedTime:
    """Nanoseconds since the start. The time stands still, or runs as fast as the clock.

    It runs while the recognizer works, because the device would continue to listen. Otherwise it
    stands still, because the rest of the recording is available at once.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at = 0
        self._since: int | None = None

    def now(self) -> int:
        """The time in nanoseconds. Never decreases."""
        return self._at if self._since is None else self._at + self._clock.now() - self._since

    def run(self) -> None:
        """Let the time pass with the clock. Has no effect if it does already."""
        if self._since is None:
            self._since = self._clock.now()

    def stop(self) -> None:
        """Let the time stand still. Has no effect if it does already."""
        self._at, self._since = self.now(), None

    def jump_to(self, at: int) -> None:
        """Set the time to ``at``, unless that is past."""
        self._at += max(0, at - self.now())
