"""Estimates how long a recognition may take, from the times of earlier ones. Pure."""

_FLOOR_NS = 5_000_000_000
"""Part of every limit: the machine can be busy with something else for this long."""

_TIMES = 10

_FADE = 0.9
"""The slowest measured time is multiplied by this with each later phrase."""


class TimeLimits:
    """Learns the time of a unit of work from finished phrases. Times are nanoseconds.

    Work is counted in the engine's own units (see protocol.Cost). Until a phrase was measured, the
    estimate comes from the probe that the engine decoded while loading: ``probe_work`` units took
    ``probe_ns``. Measured with whisper.cpp, a phrase takes 0.6 to 1.8 times as long per unit as its
    probe.
    """

    def __init__(self, probe_work: float, probe_ns: float) -> None:
        self._probe_ns = probe_ns / probe_work
        self._slowest_ns: float | None = None

    def measured(self, work: float, took_ns: int) -> None:
        """Note that a phrase of ``work`` units took ``took_ns``."""
        now = took_ns / work
        faded = now if self._slowest_ns is None else self._slowest_ns * _FADE
        self._slowest_ns = max(now, faded)

    def expected(self, work: float) -> int:
        """Estimated nanoseconds for ``work`` units, rather too many than too few."""
        return int(work * self._unit_ns)

    def allowance(self, work: float) -> int:
        """Nanoseconds after which a phrase of ``work`` units is given up."""
        return _FLOOR_NS + int(_TIMES * work * self._unit_ns)

    @property
    def _unit_ns(self) -> float:
        return self._probe_ns if self._slowest_ns is None else self._slowest_ns
