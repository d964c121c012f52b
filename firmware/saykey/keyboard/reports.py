"""Text to boot keyboard reports: the one encoder for every transport.

Which states of the keys lie between two strokes, and how long each is held, is for the pace to
say (keyboard.pace). Reports are those of HID 1.11, appendix B.1: modifiers, a reserved byte, six
keys; keys held besides come before the key, so that a host that goes through the places in order
has them down first.
"""

from dataclasses import dataclass, field, replace
from itertools import chain, pairwise, starmap

from saykey.flow import ALL_UP, Report, Stroke, Substitution
from saykey.keyboard.layouts import Layout
from saykey.keyboard.profile import Profile
from saykey.keyboard.strokes import graphemes, strokes_for

_MOST_SPELLINGS = 20_000  # bounds the planner's memory whatever is spoken; about 10 MB
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


@dataclass(slots=True, eq=False)
class _Key:
    """A stroke held down, and the reports that lead from it to others, as far as known."""

    stroke: Stroke
    moves: dict["_Key", tuple[Report, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How a grapheme is typed: its first key, the reports after that, and its last key."""

    first: _Key | None
    rest: tuple[Report, ...]
    last: _Key | None
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
        self._keys: dict[Stroke, _Key] = {}
        self._spellings: dict[str, _Spelling] = {}

    def plan(self, text: str) -> Plan:
        """Plan the whole text before its first key. Any text will do."""
        clusters = graphemes(text)
        reports: list[Report] = []
        begins: list[int] = []
        completes: list[int] = []
        substitutions: list[tuple[int, Substitution]] = []
        held = self._key(_NOTHING_HELD)
        for number, grapheme in enumerate(clusters):
            spelling = self._spellings.get(grapheme) or self._spell(grapheme)
            if spelling.substitution is not None:
                substitutions.append((number, spelling.substitution))
            if spelling.first is None or spelling.last is None:
                if reports:  # nothing to type: done with the grapheme before
                    begins[-1] = completes[-1] = number + 1
                continue
            move = held.moves.get(spelling.first) or self._move(held, spelling.first)
            reports += move
            reports += spelling.rest
            count = len(move) + len(spelling.rest)
            before = max(0, len(move) - 1)
            begins += (number,) * before + (number + 1,) * (count - before)
            completes += (number,) * (count - 1) + (number + 1,)
            held = spelling.last
        total = len(clusters)
        return Plan(
            reports=(*reports, self._all_up),
            graphemes=tuple(clusters),
            completes=(*completes, total),
            begins=(*begins, total),
            substitutions=tuple(substitution for _, substitution in substitutions),
            substituted=tuple(number for number, _ in substitutions),
        )

    def _spell(self, grapheme: str) -> _Spelling:
        if len(self._spellings) >= _MOST_SPELLINGS:
            self._spellings = {}
            self._keys = {}
        typed = strokes_for(grapheme, self._layout, self._profile)
        keys = [self._key(stroke) for stroke in typed.strokes]
        spelling = self._spellings[grapheme] = _Spelling(
            first=keys[0] if keys else None,
            rest=tuple(chain.from_iterable(starmap(self._move, pairwise(keys)))),
            last=keys[-1] if keys else None,
            substitution=typed.substitution,
        )
        return spelling

    def _key(self, stroke: Stroke) -> _Key:
        return self._keys.get(stroke) or self._keys.setdefault(stroke, _Key(stroke))

    def _move(self, held: _Key, wanted: _Key) -> tuple[Report, ...]:
        known = held.moves.get(wanted)
        if known is not None:
            return known
        pace = self._profile.pace
        states = pace.states(held.stroke, wanted.stroke)
        before = (held.stroke, *states)
        move = held.moves[wanted] = tuple(
            self._report(state, pace.hold_ns(last, state))
            for last, state in zip(before, states, strict=False)
        )
        return move

    def _report(self, state: Stroke, hold_ns: int) -> Report:
        known = self._reports.get((state, hold_ns))
        if known is None:
            known = self._reports[state, hold_ns] = report_of(state, hold_ns)
        return known
