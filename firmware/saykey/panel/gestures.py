"""Gestures of one button, from debounced edges and the time.

Rules, with T = ``tap_ms``:

- PRESS and RELEASE come at once, on the edge: dictation hangs on them and cannot wait.
- TAP follows its RELEASE at once when the press was shorter than T. It does not wait to see
  whether a second tap comes: that would delay every tap by T.
- DOUBLE_TAP comes instead of the second TAP when the second press began within T of the first
  one's release. So whoever acts on TAP has already acted once when DOUBLE_TAP arrives. T is
  both lengths, so there is one figure to learn; 300 ms is Android's too
  (android.view.ViewConfiguration, DOUBLE_TAP_TIMEOUT).
- HOLD comes once, T after the press, while the button is still down; at exactly T it is a hold.

The result depends on the times of the edges alone: a late timer reports HOLD late, but with the
same time. Nothing waits for the end of the double-tap window, so HOLD is the only time-out.
"""

from dataclasses import dataclass, replace

from saykey.flow import Edge, Gesture, GestureKind
from saykey.settings.schema import ButtonSettings

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class ButtonState:
    """What must be remembered between edges; all times in monotonic nanoseconds.

    ``hold_at``: when the present press becomes a hold; None when up, or when it is one already.
    ``second_until``: up to when a press is the second of a double tap; None when none can be.
    ``second``: the present press is one. ``last``: the latest time seen.
    """

    down: bool = False
    hold_at: int | None = None
    second_until: int | None = None
    second: bool = False
    last: int = 0


Step = tuple[ButtonState, tuple[Gesture, ...]]


def deadline(state: ButtonState) -> int | None:
    """When to call `step` with the time if no edge comes before; None for never."""
    return state.hold_at


def step(state: ButtonState, happened: Edge | int, settings: ButtonSettings) -> Step:
    """The next state and the gestures completed by an edge, or by the time (int, monotonic ns).

    An edge to where the button already is changes nothing. Time never runs back: an edge dated
    before the latest time seen counts as happening at that time.
    """
    at = max(state.last, happened.at if isinstance(happened, Edge) else happened)
    state, held = _until(state, at)
    if isinstance(happened, int) or happened.down == state.down:
        return state, held
    move = _press if happened.down else _release
    state, gestures = move(state, at, settings.tap_ms * NS_PER_MS)
    return state, held + gestures


def _until(state: ButtonState, at: int) -> Step:
    """Let the time pass."""
    if state.hold_at is None or at < state.hold_at:
        return replace(state, last=at), ()
    held = Gesture(GestureKind.HOLD, state.hold_at)
    return replace(state, hold_at=None, last=at), (held,)


def _press(state: ButtonState, at: int, tap: int) -> Step:
    second = state.second_until is not None and at < state.second_until
    pressed = ButtonState(down=True, hold_at=at + tap, second=second, last=at)
    return pressed, (Gesture(GestureKind.PRESS, at),)


def _release(state: ButtonState, at: int, tap: int) -> Step:
    release = Gesture(GestureKind.RELEASE, at)
    if state.hold_at is None:
        return ButtonState(last=at), (release,)
    if state.second:
        return ButtonState(last=at), (release, Gesture(GestureKind.DOUBLE_TAP, at))
    tapped = ButtonState(second_until=at + tap, last=at)
    return tapped, (release, Gesture(GestureKind.TAP, at))
