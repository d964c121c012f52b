"""When scattered voiced frames are speech and not a click."""

from collections import deque


class Onset:
    """Watches for ``frames`` voiced frames, one unvoiced among every three forgiven."""

    def __init__(self, frames: int) -> None:
        self._frames = frames
        self._window: deque[bool] = deque(maxlen=frames + frames // 3)

    def add(self, *, voiced: bool) -> None:
        """The next frame."""
        self._window.append(voiced)

    def clear(self) -> None:
        """Forget all frames: they belong to a phrase already."""
        self._window.clear()

    @property
    def age(self) -> int | None:
        """How many frames ago speech began, the last frame being 1; None: no speech yet."""
        if sum(self._window) < self._frames:
            return None
        return len(self._window) - self._window.index(True)

    @property
    def longest(self) -> int:
        """The most frames that `age` can tell of."""
        return self._window.maxlen or 0
