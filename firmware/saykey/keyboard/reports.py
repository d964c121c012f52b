"""Text to boot keyboard reports: the one encoder for every transport.

Between two strokes the order is: key up, modifiers, key down. A modifier never changes in the
report in which its key goes down: hosts that handle the key first would type the wrong level. The
key-up may share a report with the modifier change (whatever the order, nothing is typed by it),
and with the next key-down if no modifier changes and the key is another one (a rollover, as from
fast fingers). Reports are those of HID 1.11, appendix B.1: modifiers, a reserved byte, six keys.
"""

from dataclasses import dataclass, field

from saykey.flow import ALL_UP, Report, Stroke, Substitution
from saykey.keyboard.layouts import Layout
from saykey.keyboard.strokes import graphemes, strokes_for

_MOST_STEPS = 50_000  # bounds the planner's memory whatever is spoken; about 10 MB
_NOTHING_HELD = Stroke(0)


@dataclass(frozen=True, slots=True)
class Plan:
    """All reports for a text, and which graphemes of the text each of them types.

    ``"".join(graphemes)`` is the text as given. Once report ``i`` is accepted, the first
    ``completes[i]`` graphemes have had all their key-downs and the first ``begins[i]`` at least
    one; both never fall. ``substituted`` holds for each of ``substitutions`` the number of its
    grapheme, from 0. The last report is the all-zero one.
    """

    reports: tuple[Report, ...]
    graphemes: tuple[str, ...] = field(repr=False)
    completes: tuple[int, ...]
    begins: tuple[int, ...]
    substitutions: tuple[Substitution, ...] = ()
    substituted: tuple[int, ...] = ()


def completed(plan: Plan, sent: int) -> int:
    """How many graphemes are whole after the first ``sent`` reports."""
    return plan.completes[sent - 1] if sent else 0


def begun(plan: Plan, sent: int) -> int:
    """How many graphemes had a key-down in the first ``sent`` reports."""
    return plan.begins[sent - 1] if sent else 0


def safe_stop(plan: Plan, sent: int) -> int:
    """The least number of reports, ``sent`` or more, after which no grapheme is half typed.

    After that many an all-zero report may follow: no dead key or half ellipsis is left behind.
    """
    while begun(plan, sent) != completed(plan, sent):
        sent += 1
    return sent


def substitutions_within(plan: Plan, count: int) -> tuple[Substitution, ...]:
    """The substitutions made in the first ``count`` graphemes."""
    pairs = zip(plan.substituted, plan.substitutions, strict=True)
    return tuple(substitution for number, substitution in pairs if number < count)


def report_of(stroke: Stroke, hold_ns: int = 0) -> Report:
    """The report in which this stroke's key and modifiers are down; usage 0 is no key."""
    return Report(bytes((stroke.modifiers, 0, stroke.usage, 0, 0, 0, 0, 0)), hold_ns)


def reports_between(held: Stroke, wanted: Stroke) -> tuple[Stroke, ...]:
    """The states to report, in order, to go from one stroke held down to another."""
    if held.modifiers != wanted.modifiers or held.usage == wanted.usage:
        return (Stroke(0, wanted.modifiers), wanted)
    return (wanted,)


@dataclass(frozen=True, slots=True)
class _Step:
    """A grapheme typed from one state of the keys: its reports, and the steps known to follow.

    ``began`` and ``ended`` hold 0 or 1 for each report: whether the grapheme is begun, complete.
    """

    reports: tuple[Report, ...]
    began: tuple[int, ...]
    ended: tuple[int, ...]
    held: Stroke
    following: dict[str, "_Step"]
    substitution: Substitution | None


class Planner:
    """Plans texts for one layout; every report but the last is held for ``hold_ns``.

    The same text always gives the same plan. Remembers how single graphemes are typed.
    """

    def __init__(self, layout: Layout, hold_ns: int = 0) -> None:
        self._layout = layout
        self._hold_ns = hold_ns
        self._reports: dict[Stroke, Report] = {}
        self._following: dict[Stroke, dict[str, _Step]] = {}
        self._steps = 0

    def plan(self, text: str) -> Plan:
        """Plan the whole text before its first key. Any text will do."""
        clusters = graphemes(text)
        reports: list[Report] = []
        begins: list[int] = []
        completes: list[int] = []
        substitutions: list[tuple[int, Substitution]] = []
        held = _NOTHING_HELD
        following = self._after(held)
        for number, grapheme in enumerate(clusters):
            step = following.get(grapheme) or self._step(held, grapheme)
            if step.substitution is not None:
                substitutions.append((number, step.substitution))
            if step.reports:
                reports.extend(step.reports)
                begins.extend([number + began for began in step.began])
                completes.extend([number + ended for ended in step.ended])
            elif reports:  # nothing to type: done with the grapheme before
                begins[-1] = completes[-1] = number + 1
            held = step.held
            following = step.following
        total = len(clusters)
        return Plan(
            reports=(*reports, ALL_UP),
            graphemes=tuple(clusters),
            completes=(*completes, total),
            begins=(*begins, total),
            substitutions=tuple(substitution for _, substitution in substitutions),
            substituted=tuple(number for number, _ in substitutions),
        )

    def _after(self, held: Stroke) -> dict[str, _Step]:
        return self._following.setdefault(held, {})

    def _step(self, held: Stroke, grapheme: str) -> _Step:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            self._following = {}
            self._steps = 1
        typed = strokes_for(grapheme, self._layout)
        states: list[Stroke] = []
        first_key = 0
        last = held
        for stroke in typed.strokes:
            states += reports_between(last, stroke)
            first_key = first_key or len(states)
            last = stroke
        step = _Step(
            reports=tuple(self._report(state) for state in states),
            began=tuple(int(number >= first_key) for number in range(1, len(states) + 1)),
            ended=tuple(int(number == len(states)) for number in range(1, len(states) + 1)),
            held=last,
            following=self._after(last),
            substitution=typed.substitution,
        )
        self._after(held)[grapheme] = step
        return step

    def _report(self, state: Stroke) -> Report:
        if state not in self._reports:
            self._reports[state] = report_of(state, self._hold_ns)
        return self._reports[state]
