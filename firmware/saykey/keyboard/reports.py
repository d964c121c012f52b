"""Text to boot keyboard reports: the one encoder for every transport.

Which states of the keys lie between two strokes, and how long each is held, is for the pace to
say (keyboard.pace). Reports are those of HID 1.11, appendix B.1: modifiers, a reserved byte, six
keys; keys held besides come before the key, so that a host that goes through the places in order
has them down first.
"""

from dataclasses import dataclass, field, replace

from saykey.flow import ALL_UP, Report, Stroke, Substitution
from saykey.keyboard.layouts import Layout
from saykey.keyboard.profile import Profile
from saykey.keyboard.strokes import Typed, graphemes, strokes_for

_MOST_STEPS = 50_000  # bounds the planner's memory whatever is spoken; about 10 MB
_NOTHING_HELD = Stroke(0)
_KEYS = 6
_PLAIN = Profile()


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
    """The report in which this stroke's keys and modifiers are down; usage 0 is no key."""
    keys = bytes((*stroke.held, stroke.usage))
    return Report(bytes((stroke.modifiers, 0)) + keys.ljust(_KEYS, b"\0"), hold_ns)


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
    """Plans texts for one layout, typed as the profile says.

    The same text always gives the same plan. Remembers how single graphemes are typed.
    """

    def __init__(self, layout: Layout, profile: Profile = _PLAIN) -> None:
        self._layout = layout
        self._profile = profile
        self._all_up = replace(ALL_UP, hold_ns=profile.pace.up_ns)
        self._reports: dict[tuple[Stroke, int], Report] = {}
        self._typed: dict[str, Typed] = {}
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
            reports=(*reports, self._all_up),
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
            self._typed = {}
            self._following = {}
            self._steps = 1
        typed = self._typed.get(grapheme)
        if typed is None:
            typed = self._typed[grapheme] = strokes_for(grapheme, self._layout, self._profile)
        reports: list[Report] = []
        first_key = 0
        last = held
        for stroke in typed.strokes:
            for state in self._profile.pace.states(last, stroke):
                reports.append(self._report(state, self._profile.pace.hold_ns(last, state)))
                last = state
            first_key = first_key or len(reports)
        count = len(reports)
        step = _Step(
            reports=tuple(reports),
            began=tuple(int(number >= first_key) for number in range(1, count + 1)),
            ended=tuple(int(number == count) for number in range(1, count + 1)),
            held=last,
            following=self._after(last),
            substitution=typed.substitution,
        )
        self._after(held)[grapheme] = step
        return step

    def _report(self, state: Stroke, hold_ns: int) -> Report:
        known = self._reports.get((state, hold_ns))
        if known is None:
            known = self._reports[state, hold_ns] = report_of(state, hold_ns)
        return known
