"""Pace profiles: how fast a host is typed to, and how much of a key press a report may leave out.

A host that reads reports in order still may lose keys between the USB driver and the text field.
Each profile is the answer to a kind of loss that was seen. Times are nanoseconds from one report
being accepted to the next being sent; a host that polls less often is waited for besides.
"""

from dataclasses import dataclass
from enum import Enum

from saykey.errors import UsageError
from saykey.flow import Stroke

MS = 1_000_000

_NOTHING = Stroke(0)


class Order(Enum):
    """What goes into a report of its own between two keys.

    ONE_REPORT: nothing but the key-up before the same key; modifiers change with the key. Right on
    hosts that read the fields of a report in the order of the descriptor, modifiers first, as
    Linux does (hid-core.c, hid_process_report); others type the wrong level (NanoKVM issue 928 for
    Windows, ZMK issue 3348 for macOS, KeyboardioHID issue 29 for ChromeOS).

    MODIFIERS_APART: modifiers change in a report of their own, which also lets the key before up:
    whichever of the two the host handles first, nothing is typed by it.

    FULL: each key goes up, then modifiers change, then the next key goes down.
    """

    ONE_REPORT = "one report"
    MODIFIERS_APART = "modifiers apart"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Pace:
    """How long reports stay: one with a key down, one after a key-up, one that changes modifiers.

    ``varied_ns`` is how much longer, at most, some keys stay down than others.
    """

    name: str
    order: Order
    key_ns: int = 0
    up_ns: int = 0
    modifiers_ns: int = 0
    varied_ns: int = 0

    def states(self, held: Stroke, wanted: Stroke) -> tuple[Stroke, ...]:
        """The states to report, in order, to go from one stroke held down to another.

        A stroke of usage 0 is a state in which no key but those of its chord is down. One chord
        is let up before another goes down.
        """
        if held == wanted and not wanted.usage:
            return ()
        before, chord = _chord(held), _chord(wanted)
        states: list[Stroke] = []
        if self.order is Order.FULL and held.usage:
            states.append(before)
        if before != chord and _NOTHING not in {before, chord}:
            # A modifier pressed under another may be something else: on de+T3, both latch level 5.
            states.append(_NOTHING)
        pressed_anew = not states and held.usage == wanted.usage
        if pressed_anew or (before != chord and self._apart(held, wanted)):
            states.append(chord)
        states.append(wanted)
        return tuple(state for n, state in enumerate(states) if n == 0 or state != states[n - 1])

    def hold_ns(self, before: Stroke, state: Stroke) -> int:
        """How long the report of this state is held, given the one before it."""
        if state.usage:
            # 37 is prime to the number of usages, so that neighbouring keys differ.
            return self.key_ns + self.varied_ns * (state.usage * 37 % 101) // 100
        if (before.modifiers, before.held) != (state.modifiers, state.held):
            return self.modifiers_ns
        return self.up_ns

    def _apart(self, held: Stroke, wanted: Stroke) -> bool:
        # The places of the key array change their meaning with keys held besides.
        return self.order is not Order.ONE_REPORT or held.held != wanted.held


def _chord(stroke: Stroke) -> Stroke:
    return Stroke(0, stroke.modifiers, stroke.held)


WIRE = Pace("wire", Order.ONE_REPORT)
"""As fast as the host polls, about 960 characters a second at 1 ms: a Linux host on the cable."""

SAFE = Pace("safe", Order.MODIFIERS_APART, up_ns=8 * MS, modifiers_ns=8 * MS)
"""The default: what a fast typist on an ordinary keyboard does.

Modifiers change apart for the reasons in Order. They stay for 8 ms, and so does the gap between
two presses of one key: the interval at which ordinary keyboards are polled, so no debouncer,
remapper or KVM switch behind the port sees less than it was made for. mutter leaves Shift stuck
when it changes at 0 ms (voxtype issue 720).
"""

SLOW = Pace("slow", Order.FULL, key_ns=20 * MS, up_ns=20 * MS, modifiers_ns=20 * MS)
"""For remote desktops, KVMs and virtual machines, about 24 characters a second.

RDP wants 10 ms between events, KWin merges what is closer than 16.7 ms (voxtype pull request 494),
PiKVM's own slow typing is 20 ms. Each key goes up before the next goes down.
"""

HUMAN = Pace(
    "human", Order.FULL, key_ns=50 * MS, up_ns=40 * MS, modifiers_ns=40 * MS, varied_ns=50 * MS
)
"""For programs that refuse what no hand could type, about 8 characters a second.

Fast typists press a key each 120 ms (Dhakal and others, Observations on Typing from 136 Million
Keystrokes, CHI 2018). How long a key stays down depends on the key, so the same text always gives
the same plan.
"""

PACES = {pace.name: pace for pace in (WIRE, SAFE, SLOW, HUMAN)}
"""All profiles by the name the settings use."""


def pace_named(name: str) -> Pace:
    """The profile of this name. Raises UsageError with the names there are."""
    if name not in PACES:
        raise UsageError(f"There is no pace {name!r}. Known: {', '.join(PACES)}.")
    return PACES[name]
