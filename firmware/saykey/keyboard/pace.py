"""Pace profiles: how fast to type to a host, and which changes of keys may share a report.

A host that reads reports in order may still lose keys between the USB driver and the text field.
Each profile prevents a kind of loss that was observed. Times are nanoseconds from one report being
accepted to the next being sent. If the host polls less often, the wait is longer.
"""

from dataclasses import dataclass
from enum import Enum

from saykey.errors import UsageError
from saykey.flow import Stroke

MS = 1_000_000

_NOTHING = Stroke(0)


class Order(Enum):
    """Which changes between two keys get a report of their own.

    ONE_REPORT: only the key-up between two presses of one key; modifiers change with the key. This
    is right on hosts that read the fields of a report in the order of the descriptor, modifiers
    first, as Linux does (hid-core.c, hid_process_report). Other hosts type the wrong level (NanoKVM
    issue 928 for Windows, ZMK issue 3348 for macOS, KeyboardioHID issue 29 for ChromeOS).

    MODIFIERS_APART: modifiers change in a report of their own, which also releases the previous
    key. Whichever of the two changes the host handles first, it types nothing.

    FULL: each key goes up, then modifiers change, then the next key goes down.
    """

    ONE_REPORT = "one report"
    MODIFIERS_APART = "modifiers apart"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Pace:
    """The order of changes, and how long each kind of report is held.

    ``key_ns``: a report with a key down. ``up_ns``: a key-up. ``modifiers_ns``: a change of
    modifiers. ``varied_ns``: how much longer, at most, some keys stay down than others.
    """

    name: str
    order: Order
    key_ns: int = 0
    up_ns: int = 0
    modifiers_ns: int = 0
    varied_ns: int = 0

    def states(self, held: Stroke, wanted: Stroke) -> tuple[Stroke, ...]:
        """The states to report, in order, to go from one stroke held down to another.

        In a state of usage 0, only the keys of its chord are down. One chord is released before
        another is pressed.
        """
        if held == wanted and not wanted.usage:
            return ()
        before, chord = _chord(held), _chord(wanted)
        states: list[Stroke] = []
        if self.order is Order.FULL and held.usage:
            states.append(before)
        if before != chord and _NOTHING not in {before, chord}:
            # A modifier pressed while another is down may act differently: on de+T3, AltGr and
            # Shift together latch level 5.
            states.append(_NOTHING)
        pressed_anew = not states and held.usage == wanted.usage
        if pressed_anew or (before != chord and self._apart(held, wanted)):
            states.append(chord)
        states.append(wanted)
        return tuple(state for n, state in enumerate(states) if n == 0 or state != states[n - 1])

    def hold_ns(self, before: Stroke, state: Stroke) -> int:
        """How long the report of this state is held (ns), given the state before it."""
        if state.usage:
            # 37 and 101 have no common factor, so neighbouring usages get different times.
            return self.key_ns + self.varied_ns * (state.usage * 37 % 101) // 100
        if (before.modifiers, before.held) != (state.modifiers, state.held):
            return self.modifiers_ns
        return self.up_ns

    def _apart(self, held: Stroke, wanted: Stroke) -> bool:
        # Held keys come first in the key array, so they move the key to another position.
        return self.order is not Order.ONE_REPORT or held.held != wanted.held


def _chord(stroke: Stroke) -> Stroke:
    return Stroke(0, stroke.modifiers, stroke.held)


WIRE = Pace("wire", Order.ONE_REPORT)
"""As fast as the host polls: about 960 characters a second at 1 ms. For Linux hosts on a cable."""

SAFE = Pace("safe", Order.MODIFIERS_APART, up_ns=8 * MS, modifiers_ns=8 * MS)
"""The default: like a fast typist on an ordinary keyboard.

Modifiers change in reports of their own for the reasons in Order. A change of modifiers lasts 8 ms,
and so does the gap between two presses of one key. Ordinary keyboards are polled at this interval,
so no debouncer, remapper or KVM switch behind the port sees changes faster than it was made for.
mutter leaves Shift stuck when it changes at 0 ms (voxtype issue 720).
"""

SLOW = Pace("slow", Order.FULL, key_ns=20 * MS, up_ns=20 * MS, modifiers_ns=20 * MS)
"""For remote desktops, KVMs and virtual machines, about 24 characters a second.

RDP needs 10 ms between events. KWin merges events closer than 16.7 ms (voxtype pull request 494).
PiKVM's own slow typing uses 20 ms. Each key goes up before the next goes down.
"""

HUMAN = Pace(
    "human", Order.FULL, key_ns=50 * MS, up_ns=40 * MS, modifiers_ns=40 * MS, varied_ns=50 * MS
)
"""For programs that refuse input faster than people type: about 8 characters a second.

Fast typists press a key every 120 ms (Dhakal and others, Observations on Typing from 136 Million
Keystrokes, CHI 2018). How long a key stays down depends only on the key, so the same text always
gives the same plan.
"""

PACES = {pace.name: pace for pace in (WIRE, SAFE, SLOW, HUMAN)}
"""All profiles by the name the settings use."""


def pace_named(name: str) -> Pace:
    """The profile of this name. Raises UsageError, which lists the known names."""
    if name not in PACES:
        raise UsageError(f"There is no pace {name!r}. Known: {', '.join(PACES)}.")
    return PACES[name]
