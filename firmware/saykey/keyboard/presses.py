"""Keys pressed for their own sake: what `saykey layouts find` and the like have typed."""

from saykey.flow import Report, Stroke
from saykey.keyboard.pace import Pace
from saykey.keyboard.reports import Plan, report_of

_NOTHING_HELD = Stroke(0)


def presses(strokes: tuple[Stroke, ...], pace: Pace) -> Plan:
    """The plan that presses these keys one after the other, and no text.

    It has no grapheme, so it has no place to stop either: hand over few keys.
    """
    reports: list[Report] = []
    held = _NOTHING_HELD
    for wanted in (*strokes, _NOTHING_HELD):
        for state in pace.states(held, wanted):
            reports.append(report_of(state, pace.hold_ns(held, state)))
            held = state
    nothing_typed = (0,) * len(reports)
    return Plan(tuple(reports), (), nothing_typed, nothing_typed)
