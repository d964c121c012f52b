"""The protocol of the control socket: lines of JSON, one object per line.

The server sends the first line: ``{"hello": "saykey", "version": 1, "release": "0.1.0"}``. It
answers a request ``{"id": 7, "do": "press"}`` with ``{"id": 7, "ok": true, "status": {…}}`` when
the device has handled it, or with ``{"id": 7, "ok": false, "error": "one line"}``. After ``watch``
it also sends ``{"status": {…}}`` whenever the status has changed. A slow client gets only the
latest. The client chooses ``id``. It is null in the answer to a line from which no id could be
read. A request has at most MAX_REQUEST bytes.

After ``listen`` the server sends the microphone's sound in lines ``{"sound": "…"}``: base64 of
about 160 ms of pcm16 at 16 kHz. At the end it sends ``{"sound": null}``. If the client did not end
it with ``release``, that line may have an ``error``, which says why.
"""

import difflib
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta

from saykey import __version__
from saykey.control.status import Status

VERSION = 1
"""Increased when old clients and new servers, or the reverse, could misread each other."""

MAX_REQUEST = 4096
"""The most bytes of a request, with its line feed. A longer line ends the connection."""

_Id = Annotated[int, Meta(ge=0, lt=2**53)]
"""Whole numbers that every JSON parser represents exactly (RFC 8259, section 6)."""

_TypingStroke = tuple[Annotated[int, Meta(ge=0x04, le=0x38)], Literal[0, 0x02, 0x40, 0x42]]
"""The keys A to /, alone or with left Shift (0x02), AltGr (0x40) or both."""

_NO_TEXT = range(0x28, 0x2C)

_Name = Annotated[str, Meta(min_length=1, max_length=200)]


class _Request(msgspec.Struct, frozen=True, tag_field="do", forbid_unknown_fields=True):
    id: _Id


class StatusWanted(_Request, frozen=True, tag="status"):
    """Send the status; with ``text`` also the held text."""

    text: bool = False


class Watch(_Request, frozen=True, tag="watch"):
    """Send the status now and after each change; with ``text`` also the held text."""

    text: bool = False


class Press(_Request, frozen=True, tag="press"):
    """Start listening, as when the button goes down. It continues if this client disconnects."""


class Release(_Request, frozen=True, tag="release"):
    """Stop listening, as when the button goes up."""


class Cancel(_Request, frozen=True, tag="cancel"):
    """Stop listening and typing at once."""


class Listen(_Request, frozen=True, tag="listen"):
    """Borrow the microphone until `release`: its sound is sent to this client, and not recognised.

    It ends when this client disconnects or does not read, and when anybody releases or cancels.
    """


class TypeHeld(_Request, frozen=True, tag="type-held"):
    """Type the text held for the current host."""


class DropHeld(_Request, frozen=True, tag="drop-held"):
    """Forget the text held for the current host or for none, and the audio of failed phrases."""


class MoveHeld(_Request, frozen=True, tag="move-held"):
    """Hold for this host the text of hosts that were removed."""

    name: _Name


class Retry(_Request, frozen=True, tag="retry"):
    """Recognise the failed phrases once more."""


class UseModel(_Request, frozen=True, tag="use-model"):
    """Use this model from the next dictation on."""

    name: _Name


class UseHost(_Request, frozen=True, tag="use-host"):
    """Send the next dictation to this host."""

    name: _Name


class Keys(_Request, frozen=True, tag="keys"):
    """Press and release these keys on the current host. The device must be idle.

    Each stroke is a usage of HID page 0x07 and the modifiers as in the boot report. Only keys that
    type text are allowed, alone or with Shift or AltGr, so that no client can send commands to the
    computer.
    """

    strokes: Annotated[tuple[_TypingStroke, ...], Meta(min_length=1, max_length=8)]

    def __post_init__(self) -> None:
        if any(usage in _NO_TEXT for usage, _ in self.strokes):
            raise ValueError("Enter, Escape, Backspace and Tab type no text")


Request = (
    StatusWanted
    | Watch
    | Press
    | Release
    | Cancel
    | Listen
    | TypeHeld
    | DropHeld
    | MoveHeld
    | Retry
    | UseModel
    | UseHost
    | Keys
)

COMMANDS = tuple(str(kind.__struct_config__.tag) for kind in get_args(Request))
"""All values of ``do``."""


class Hello(msgspec.Struct, frozen=True):
    """The server's first line. ``release`` is the version of the program."""

    hello: str = "saykey"
    version: int = VERSION
    release: str = __version__


class Reply(msgspec.Struct, frozen=True):
    """Any later line of the server: an answer, or, without ``id`` and ``ok``, a status or sound.

    ``sound`` is pcm16; None ends it, then ``error`` may say why.
    """

    id: int | None = None
    ok: bool | None = None
    status: Status | None = None
    sound: bytes | msgspec.UnsetType | None = msgspec.UNSET
    error: str = ""


class BadRequest(Exception):
    """A line is not a valid request. ``id`` is its id, or None if it could not be read."""

    def __init__(self, reason: str, request: int | None = None) -> None:
        super().__init__(reason)
        self.id = request


def encode(message: msgspec.Struct | dict[str, Any]) -> bytes:
    """The message as a line."""
    return msgspec.json.encode(message) + b"\n"


def done(request: int, status: Status) -> dict[str, Any]:
    """The answer to a request that was carried out."""
    return {"id": request, "ok": True, "status": status}


def refused(request: int | None, reason: str) -> dict[str, Any]:
    """The answer to a request that was refused. ``reason`` is one line."""
    return {"id": request, "ok": False, "error": reason}


def sound(pcm16: bytes | None, why: str = "") -> dict[str, Any]:
    """Sound for a client that listens. None ends it, with the reason ``why`` if there is one."""
    return {"sound": pcm16, "error": why} if why else {"sound": pcm16}


def parse_request(line: bytes) -> Request:
    """The request on a line. Raises BadRequest, which says what is wrong."""
    try:
        fields = msgspec.json.decode(line)
    except UnicodeDecodeError:
        raise BadRequest("not UTF-8") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRequest(f"not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise BadRequest('not an object such as {"id": 1, "do": "status"}')
    request = _id(fields)
    command = fields.get("do")
    if command not in COMMANDS:
        raise BadRequest(_no_command(command), request)
    try:
        asked: Request = msgspec.convert(fields, Request)
    except msgspec.ValidationError as error:
        raise BadRequest(f"{command}: {error}", request) from None
    return asked


def _id(fields: dict[str, Any]) -> int | None:
    try:
        return msgspec.convert(fields.get("id"), _Id)
    except msgspec.ValidationError:
        return None


def _no_command(command: object) -> str:
    if not isinstance(command, str):
        return f'"do" must be one of {", ".join(COMMANDS)}'
    nearest = difflib.get_close_matches(command, COMMANDS, n=1)
    if nearest:
        return f"no command {command!a}; did you mean {nearest[0]!a}?"
    return f"no command {command!a}; there are {', '.join(COMMANDS)}"
