"""Types each entry of a linux table alone into a simulated host: xkb behind boot reports."""

from collections.abc import Iterator

from layouts.linux import LOCALE, Named
from saykey.flow import Stroke
from saykey.keyboard.layouts import Layout
from saykey.simulated.text_field import TextField


def wrong_entries(layout: Layout, named: Named) -> list[str]:
    """The characters of a table that a host types as something else."""
    field = _field(named)
    wrong = []
    for character, strokes in layout.strokes.items():
        before = len(field.text)
        for stroke in strokes:
            for report in reports(stroke):
                field.read(report, at=0)
        if field.text[before:] != character or field.shortcuts or field.keys_down:
            wrong.append(character)
            field = _field(named)
    return wrong


def reports(stroke: Stroke) -> Iterator[bytes]:
    """Boot reports of one stroke: modifiers, then held keys, then the key; then all up again."""
    down = bytes((*stroke.held, stroke.usage))
    states = [down[:count].ljust(6, b"\0") for count in range(len(down) + 1)]
    for keys in (*states, *reversed(states[:-1])):
        yield bytes((stroke.modifiers, 0)) + keys
    yield bytes(8)


def _field(named: Named) -> TextField:
    return TextField(named.layout, named.variant, LOCALE)
