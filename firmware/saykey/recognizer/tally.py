"""Counts what the guards and the gate of the engines did. Pure."""

from dataclasses import dataclass

from saykey.flow import Verdict
from saykey.recognizer import protocol


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of phrases since the recognizer was made.

    ``gated``: the gate heard no speech. ``retried``: recognised more than once; ``passes`` counts
    the additional passes of all of them. ``mended``: GOOD after being retried. ``doubtful`` and
    ``empty``: the final verdict; gated phrases do not count as empty. ``cut``: the doubtful text
    was a loop and was cut back.
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
        """The counts with one more phrase."""
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
