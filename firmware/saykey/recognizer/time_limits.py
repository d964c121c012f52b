"""How long a recognition may take: a generous multiple of what earlier ones took. Pure."""

_FLOOR_NS = 5_000_000_000
"""A machine can be busy with something else for this long."""

_TIMES = 10

_FADE = 0.9
"""What is left of the slowest measure with each phrase since."""


class TimeLimits:
    """Learns the time of a unit of work from finished phrases. Times are nanoseconds.

    Work is counted in units of the engine's own (see protocol.Cost). Until a phrase was measured,
    the probe counts that the engine decoded while it loaded: work of so many units that took so
    long. Measured with whisper.cpp, a phrase takes 0.6 to 1.8 times as long per unit as its probe.
    """

    def __init__(self, probe_work: float, probe_ns: float) -> None:
        self._probe_ns = probe_ns / probe_work
        self._slowest_ns: float | None = None

    def measured(self, work: float, took_ns: int) -> None:
        """A phrase of so much work took so long."""
        now = took_ns / work
        faded = now if self._slowest_ns is None else self._slowest_ns * _FADE
        self._slowest_ns = max(now, faded)

    def expected(self, work: float) -> int:
        """Nanoseconds so much work takes, rather more than less."""
        return int(work * self._unit_ns)

    def allowance(self, work: float) -> int:
        """Nanoseconds after which a phrase of so much work will not come any more."""
        return _FLOOR_NS + int(_TIMES * work * self._unit_ns)

    @property
    def _unit_ns(self) -> float:
        return self._probe_ns if self._slowest_ns is None else self._slowest_ns
