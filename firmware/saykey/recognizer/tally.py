"""What the guards and the gate of the engines did, counted. Pure."""

from dataclasses import dataclass

from saykey.flow import Verdict
from saykey.recognizer import protocol


@dataclass(frozen=True, slots=True)
class Tally:
    """Phrases since the recognizer was made, and how many of them fared so.

    ``gated``: the gate heard no speech. ``retried``: recognised more than once, with ``passes``
    more passes in all; ``mended``: GOOD by that. ``doubtful``, ``empty``: the verdict in the end,
    gated ones not counted as empty. ``cut``: the doubtful text was cut back, being a loop.
    """

    phrases: int = 0
    gated: int = 0
    retried: int = 0
    passes: int = 0
    mended: int = 0
    doubtful: int = 0
    empty: int = 0
    cut: int = 0

    def counted(self, final: protocol.Final) -> "Tally":
        """With one more phrase."""
        gated, again = final.timings.passes == 0, final.timings.passes > 1
        return Tally(
            phrases=self.phrases + 1,
            gated=self.gated + gated,
            retried=self.retried + again,
            passes=self.passes + max(0, final.timings.passes - 1),
            mended=self.mended + (again and final.verdict is Verdict.GOOD),
            doubtful=self.doubtful + (final.verdict is Verdict.DOUBTFUL),
            empty=self.empty + (final.verdict is Verdict.EMPTY and not gated),
            cut=self.cut + final.cut,
        )
