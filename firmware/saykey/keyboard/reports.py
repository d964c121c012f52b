"""Encodes edits as boot keyboard reports, for every transport.

The pace decides which states of the keys lie between two strokes, and how long each is held
(keyboard.pace). Reports are those of HID 1.11, appendix B.1: modifiers, a reserved byte, six keys.
Held keys come before the key, so a host that reads the array in order presses them first.
"""

from dataclasses import dataclass, field, replace
from itertools import chain, pairwise, starmap
from typing import assert_never

from saykey.flow import ALL_UP, Edit, Edits, Erase, Insert, Press, Report, Stroke, Substitution
from saykey.keyboard.erase import erasing
from saykey.keyboard.layouts import Layout
from saykey.keyboard.profile import Profile
from saykey.keyboard.strokes import Strokes, graphemes, strokes_for

_MOST_SPELLINGS = 20_000  # limits the planner's memory to about 10 MB, whatever is spoken
_NOTHING_HELD = Stroke(0)
_KEYS = 6
_PLAIN = Profile()


@dataclass(frozen=True, slots=True)
class Plan:
    """All reports for some edits, and the units of the edits that each report carries out.

    A unit is done wholly or not at all (see keyboard.units): a grapheme to type, a grapheme to
    erase, or a chord. ``units`` holds "" for a chord. Once report ``i`` is accepted, the first
    ``completes[i]`` units have had all their key-downs, and the first ``begins[i]`` units at least
    one; both numbers never decrease. ``substituted`` holds, for each of ``substitutions``, the
    number of its unit, from 0. The last report is the all-zero one.
    """

    reports: tuple[Report, ...]
    units: tuple[str, ...] = field(repr=False)
    completes: tuple[int, ...]
    begins: tuple[int, ...]
    substitutions: tuple[Substitution, ...] = ()
    substituted: tuple[int, ...] = ()


def completed(plan: Plan, sent: int) -> int:
    """How many units are complete after the first ``sent`` reports."""
    return plan.completes[sent - 1] if sent else 0


def begun(plan: Plan, sent: int) -> int:
    """How many units had a key-down in the first ``sent`` reports."""
    return plan.begins[sent - 1] if sent else 0


def safe_stop(plan: Plan, sent: int) -> int:
    """The smallest number of reports, ``sent`` or more, after which no unit is half done.

    An all-zero report may follow there: no dead key and no half ellipsis is left behind.
    """
    while begun(plan, sent) != completed(plan, sent):
        sent += 1
    return sent


def substitutions_within(plan: Plan, count: int) -> tuple[Substitution, ...]:
    """The substitutions made in the first ``count`` units."""
    pairs = zip(plan.substituted, plan.substitutions, strict=True)
    return tuple(substitution for number, substitution in pairs if number < count)


def report_of(stroke: Stroke, hold_ns: int = 0) -> Report:
    """The report in which this stroke's keys and modifiers are down; usage 0 is no key."""
    keys = bytes((*stroke.held, stroke.usage))
    return Report(bytes((stroke.modifiers, 0)) + keys.ljust(_KEYS, b"\0"), hold_ns)


@dataclass(slots=True, eq=False)
class _Key:
    """A stroke held down, and a cache of the reports that lead from it to other strokes."""

    stroke: Stroke
    moves: dict["_Key", tuple[Report, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How a unit is carried out: its first key, the reports after that, and its last key."""

    first: _Key | None
    rest: tuple[Report, ...]
    last: _Key | None
    substitution: Substitution | None


class Planner:
    """Plans the reports of edits for one layout and profile.

    The same edits always give the same plan. How single graphemes are typed is cached.
    """

    def __init__(self, layout: Layout, profile: Profile = _PLAIN) -> None:
        self.layout = layout
        self.profile = profile
        self._all_up = replace(ALL_UP, hold_ns=profile.pace.up_ns)
        self._reports: dict[tuple[Stroke, int], Report] = {}
        self._keys: dict[Stroke, _Key] = {}
        self._spellings: dict[str, _Spelling] = {}

    def plan(self, text: str) -> Plan:
        """Plan typing this text. Any text is accepted."""
        return self.plan_edits((Insert(text),))

    def plan_edits(self, edits: Edits) -> Plan:
        """Plan all of the edits at once."""
        units: list[str] = []
        spellings: list[_Spelling] = []
        for edit in edits:
            names, spelled = self._spelled(edit)
            units += names
            spellings += spelled
        return self._join(tuple(units), spellings)

    def _spelled(self, edit: Edit) -> tuple[list[str], list[_Spelling]]:
        """The units of an edit, in the order in which they are done, and how to do each."""
        match edit:
            case Insert(text):
                names = graphemes(text)
                return names, [self._spellings.get(name) or self._spell(name) for name in names]
            case Erase(text):
                names = graphemes(text)[::-1]
                backwards = [erasing(name, self.layout, self.profile) for name in names]
                return names, [self._spelling(strokes) for strokes in backwards]
            case Press(stroke):
                return [""], [self._spelling((stroke,))]
            case _:
                assert_never(edit)

    def _join(self, units: tuple[str, ...], spellings: list[_Spelling]) -> Plan:
        """The plan that carries out the units in order and releases all keys at the end."""
        reports: list[Report] = []
        begins: list[int] = []
        completes: list[int] = []
        substitutions: list[tuple[int, Substitution]] = []
        held = self._key(_NOTHING_HELD)
        for number, spelling in enumerate(spellings):
            if spelling.substitution is not None:
                substitutions.append((number, spelling.substitution))
            if spelling.first is None or spelling.last is None:
                if reports:  # no key to press: complete with the unit before
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
        total = len(units)
        return Plan(
            reports=(*reports, self._all_up),
            units=units,
            completes=(*completes, total),
            begins=(*begins, total),
            substitutions=tuple(substitution for _, substitution in substitutions),
            substituted=tuple(number for number, _ in substitutions),
        )

    def _spell(self, grapheme: str) -> _Spelling:
        if len(self._spellings) >= _MOST_SPELLINGS:
            self._spellings = {}
            self._keys = {}
        typed = strokes_for(grapheme, self.layout, self.profile)
        spelling = self._spelling(typed.strokes, typed.substitution)
        self._spellings[grapheme] = spelling
        return spelling

    def _spelling(self, strokes: Strokes, made: Substitution | None = None) -> _Spelling:
        keys = [self._key(stroke) for stroke in strokes]
        return _Spelling(
            first=keys[0] if keys else None,
            rest=tuple(chain.from_iterable(starmap(self._move, pairwise(keys)))),
            last=keys[-1] if keys else None,
            substitution=made,
        )

    def _key(self, stroke: Stroke) -> _Key:
        return self._keys.get(stroke) or self._keys.setdefault(stroke, _Key(stroke))

    def _move(self, held: _Key, wanted: _Key) -> tuple[Report, ...]:
        known = held.moves.get(wanted)
        if known is not None:
            return known
        pace = self.profile.pace
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
