"""Turns gestures of the button into requests. See docs/guide.md, "The button"."""

from dataclasses import replace
from typing import assert_never

from saykey import requests as rq
from saykey.flow import Gesture, GestureKind
from saykey.state import dictation
from saykey.state.device import Device, Step
from saykey.state.hearing import listening
from saykey.state.requests import refusal, request


def gesture(device: Device, made: Gesture, now: int) -> Step:
    """Carry out this gesture. Its meaning depends on the button mode."""
    hold = device.rules.button == "hold"
    match made.kind:
        case GestureKind.PRESS if hold or listening(device.hearing) is None:
            return _begin(device, made.at, now)
        case GestureKind.PRESS:
            device = replace(device, pressed=None)
            return request(device, rq.DictationEnded(made.at), now)
        case GestureKind.RELEASE:
            return request(device, rq.DictationEnded(made.at), now) if hold else Step(device)
        case GestureKind.TAP:
            return _type_held_instead(device, now) if hold else Step(device)
        case GestureKind.HOLD:
            return Step(device) if hold else _type_held_instead(device, now)
        case GestureKind.DOUBLE_TAP:
            return request(device, rq.Cancelled(), now)
        case _:
            assert_never(made.kind)


def _begin(device: Device, at: int, now: int) -> Step:
    before = device.hearing.started
    device, effects, refused = request(device, rq.DictationStarted(at), now)
    began = device.hearing.started if device.hearing.started != before else None
    return Step(replace(device, pressed=began), effects, refused)


def _type_held_instead(device: Device, now: int) -> Step:
    """Type the held text, and drop the dictation that the press of this gesture began.

    If the held text cannot be typed, the dictation continues, so that its speech is not lost.
    """
    wanted = rq.HeldTextWanted()
    others = [d for d in device.hearing.dictations if d.id != device.pressed]
    if others or (why := refusal(device, wanted)):
        return Step(device, (), why if not others else "")
    unmeant = frozenset({device.pressed} if device.pressed is not None else ())
    hearing, effects = dictation.drop(device.hearing, unmeant)
    device, more, refused = request(replace(device, hearing=hearing), wanted, now)
    return Step(device, effects + more, refused)
