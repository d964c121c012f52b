"""Translates requests of clients into events, and lists those that every client may make."""

from typing import assert_never

from saykey.control import protocol
from saykey.control.protocol import Request
from saykey.events import Event
from saykey.flow import Stroke
from saykey.requests import (
    Cancelled,
    DictationEnded,
    DictationStarted,
    HeldTextDropped,
    HeldTextMoved,
    HeldTextWanted,
    HostWanted,
    KeysWanted,
    ModelWanted,
    RetryWanted,
)

ALWAYS_TAKEN = (protocol.StatusWanted, protocol.Release, protocol.Cancel)
"""Accepted even with too many clients: the user can always see the status and stop the device."""


def event_of(  # noqa: PLR0912  one case per request
    request: Request, now: int, borrower: int | None = None
) -> Event | None:
    """The event for a request; None if the request only asks for the status.

    ``borrower`` is the number of the client if the last dictation it asked for is lent to it.
    """
    match request:
        case protocol.Listen():
            return DictationStarted(at=now, borrower=borrower)
        case protocol.Press():
            return DictationStarted(at=now)
        case protocol.Release():
            return DictationEnded(at=now, borrower=borrower)
        case protocol.Cancel():
            return Cancelled()
        case protocol.TypeHeld():
            return HeldTextWanted()
        case protocol.DropHeld():
            return HeldTextDropped()
        case protocol.MoveHeld(name=name):
            return HeldTextMoved(name)
        case protocol.Retry():
            return RetryWanted()
        case protocol.UseModel(name=name):
            return ModelWanted(name)
        case protocol.UseHost(name=name):
            return HostWanted(name)
        case protocol.Keys(strokes=strokes):
            return KeysWanted(tuple(Stroke(usage, modifiers) for usage, modifiers in strokes))
        case protocol.StatusWanted() | protocol.Watch():
            return None
        case _:
            assert_never(request)
