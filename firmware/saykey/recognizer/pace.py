"""How long a recognition may take: a generous multiple of what earlier ones took."""

_FLOOR_NS = 5_000_000_000
"""A machine can be busy with something else for this long."""

_TIMES = 10

_UNMEASURED_NS = 10_000_000
"""Per encoder row before anything was measured: six times the time of a Raspberry Pi 4 with
Whisper small, the slowest pair that is any use."""

_FADE = 0.9
"""What is left of the slowest measure with each phrase since."""


class Pace:
    """Learns the time per encoder row from finished phrases. Times are nanoseconds."""

    def __init__(self) -> None:
        self._slowest_ns: float | None = None

    def measured(self, rows: int, took_ns: int) -> None:
        """A phrase of so many rows took so long from its finish to its text."""
        now = took_ns / rows
        faded = now if self._slowest_ns is None else self._slowest_ns * _FADE
        self._slowest_ns = max(now, faded)

    def expected(self, rows: int) -> int:
        """Nanoseconds a phrase of so many rows takes, rather more than less."""
        return int(rows * self._per_row_ns)

    def allowance(self, rows: int) -> int:
        """Nanoseconds after which a phrase of so many rows will not come any more."""
        return _FLOOR_NS + int(_TIMES * rows * self._per_row_ns)

    @property
    def _per_row_ns(self) -> float:
        return _UNMEASURED_NS if self._slowest_ns is None else self._slowest_ns
