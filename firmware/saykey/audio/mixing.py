"""Mixes several channels to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WINDOW_S = 0.02
CANCELLED = 1 / 100
"""If the mean has less than this part of the louder channel's power, the channels cancel out."""

SOUND = 1 / 10
"""If the mean has more than this part of it, they no longer cancel out."""

_LOUDER = 4.0
"""Another channel replaces the one taken if it has more than this many times its power."""


class Mixer:
    """Mixes a stream of samples -1..1 at ``rate`` Hz, any number of channels, to mono.

    The result is the mean of the channels. Where the channels cancel out, because one is the other
    inverted (a plug wired the wrong way round), the result is the louder channel. Each 20 ms of
    sound decides this for the sound after it. A change is faded in over the next 20 ms so that it
    does not click. Digital silence changes nothing. The result does not depend on how the stream is
    split, and nothing is held back.
    """

    def __init__(self, rate: int) -> None:
        self._window = max(1, round(rate * WINDOW_S))
        self._count = 0
        self._mean_energy = 0.0
        self._weights: NDArray[np.float32] | None = None
        self._taken: int | None = None

    def feed(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Mix samples of shape (length, channels), always as many channels, to shape (length,)."""
        import numpy as np

        channels = samples.shape[1]
        if channels == 1:
            return samples[:, 0]
        if self._weights is None:
            # A product with a vector: mean(axis=1) takes three times as long for 20 ms of stereo.
            self._mean: NDArray[np.float32] = np.full(channels, 1 / channels, "f4")
            self._before: NDArray[np.float32] = self._mean
            self._weights = self._mean
            self._energies = np.zeros(channels)
        pieces = []
        while len(samples):
            piece = samples[: self._window - self._count]
            pieces.append(self._mixed(piece, self._weights))
            self._weights = self._noted(piece, self._weights)
            samples = samples[len(piece) :]
        return np.concatenate(pieces) if pieces else np.zeros(0, "f4")

    def _mixed(
        self, piece: NDArray[np.float32], weights: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The piece mixed with these weights, faded in if they are new in this window."""
        import numpy as np

        mixed: NDArray[np.float32] = piece @ weights
        if self._before is not weights:
            first = self._count + 1
            share = (np.arange(first, first + len(piece)) / self._window).astype(np.float32)
            before: NDArray[np.float32] = piece @ self._before
            mixed = before + (mixed - before) * share
        return mixed

    def _noted(
        self, piece: NDArray[np.float32], weights: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Note the energy of the piece; return the weights for what follows it."""
        import numpy as np

        self._count += len(piece)
        mean = piece @ self._mean
        self._mean_energy += float(mean @ mean)
        self._energies += np.einsum("ij,ij->j", piece, piece)
        if self._count < self._window:
            return weights
        self._before, weights = weights, self._decided(weights)
        self._count, self._mean_energy = 0, 0.0
        self._energies[:] = 0.0
        return weights

    def _decided(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """The weights that follow from the sound of the complete window."""
        import numpy as np

        loudest = int(self._energies.argmax())
        energy = float(self._energies[loudest])
        if not energy:
            return weights
        if self._mean_energy > energy * (CANCELLED if self._taken is None else SOUND):
            self._taken = None
            return self._mean
        if self._taken is None or energy > _LOUDER * self._energies[self._taken]:
            self._taken = loudest
            one: NDArray[np.float32] = np.zeros(len(self._energies), "f4")
            one[loudest] = 1.0
            return one
        return weights
