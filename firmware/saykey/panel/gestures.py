"""Recognises gestures of the button from debounced edges and the time. Pure.

Rules, with T = ``tap_ms``:

- PRESS and RELEASE are reported at once, on the edge, because dictation starts and ends on them.
- TAP follows its RELEASE at once if the press was shorter than T. It does not wait for a possible
  second tap: that would delay every tap by T.
- DOUBLE_TAP replaces the second TAP if the second press began within T after the first release.
  The first TAP was then already reported and acted on. T is used for both lengths, so that there
  is only one number to learn. Android also uses 300 ms (android.view.ViewConfiguration,
  DOUBLE_TAP_TIMEOUT).
- HOLD is reported once, T after the press, while the button is still down. A press of exactly T is
  a hold.

The result depends only on the times of the edges: a late timer reports HOLD late, but with the same
time. Nothing waits for the end of the double-tap window, so HOLD is the only time-out.
"""

from dataclasses import dataclass, replace

from saykey.flow import Edge, Gesture, GestureKind
from saykey.settings.schema import ButtonSettings

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class ButtonState:
    """The state between edges. All times are in monotonic nanoseconds.

    ``hold_at``: when the current press becomes a hold; None if the button is up or the press is a
    hold already. ``second_until``: a press before this time is the second of a double tap; None if
    no double tap is possible. ``second``: the current press is the second of a double tap.
    ``last``: the latest time seen.
    """

    down: bool = False
    hold_at: int | None = None
    second_until: int | None = None
    second: bool = False
    last: int = 0


GestureStep = tuple[ButtonState, tuple[Gesture, ...]]


def deadline(state: ButtonState) -> int | None:
    """When to call `step` with the time, unless an edge comes before; None for never."""
    return state.hold_at


def step(state: ButtonState, happened: Edge | int, settings: ButtonSettings) -> GestureStep:
    """The next state, and the gestures completed by an edge or by the time (int, monotonic ns).

    An edge to the button's current position changes nothing. An edge dated before the latest time
    seen counts as happening at that latest time.
    """
    at = max(state.last, happened.at if isinstance(happened, Edge) else happened)
    state, held = _until(state, at)
    if isinstance(happened, int) or happened.down == state.down:
        return state, held
    move = _press if happened.down else _release
    state, gestures = move(state, at, settings.tap_ms * NS_PER_MS)
    return state, held + gestures


def _until(state: ButtonState, at: int) -> GestureStep:
    """The state at this time, and the HOLD that became due."""
    if state.hold_at is None or at < state.hold_at:
        return replace(state, last=at), ()
    held = Gesture(GestureKind.HOLD, state.hold_at)
    return replace(state, hold_at=None, last=at), (held,)


def _press(state: ButtonState, at: int, tap: int) -> GestureStep:
    second = state.second_until is not None and at < state.second_until
    pressed = ButtonState(down=True, hold_at=at + tap, second=second, last=at)
    return pressed, (Gesture(GestureKind.PRESS, at),)


def _release(state: ButtonState, at: int, tap: int) -> GestureStep:
    release = Gesture(GestureKind.RELEASE, at)
    if state.hold_at is None:
        return ButtonState(last=at), (release,)
    if state.second:
        return ButtonState(last=at), (release, Gesture(GestureKind.DOUBLE_TAP, at))
    tapped = ButtonState(second_until=at + tap, last=at)
    return tapped, (release, Gesture(GestureKind.TAP, at))
