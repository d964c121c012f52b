"""Decides when scattered voiced frames are speech and not a click."""

from collections import deque


class Onset:
    """Detects ``frames`` voiced frames; one unvoiced frame for every three of them is tolerated."""

    def __init__(self, frames: int) -> None:
        self._frames = frames
        self._window: deque[bool] = deque(maxlen=frames + frames // 3)

    def add(self, *, voiced: bool) -> None:
        """Note whether the next frame is voiced."""
        self._window.append(voiced)

    def clear(self) -> None:
        """Forget all frames, because they belong to a phrase already."""
        self._window.clear()

    @property
    def age(self) -> int | None:
        """How many frames ago speech began, 1 for the last frame; None without speech."""
        if sum(self._window) < self._frames:
            return None
        return len(self._window) - self._window.index(True)

    @property
    def longest(self) -> int:
        """The largest value that `age` can have."""
        return self._window.maxlen or 0
