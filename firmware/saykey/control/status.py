"""The status that the control socket sends. The app derives it from the device state."""

from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from saykey.ports import Link


class ModelStatus(msgspec.Struct, frozen=True):
    """The model in use.

    ``reason`` says what to do if ``state`` is "failed". Otherwise it says why another model than
    the requested one is used, or is empty. ``next`` is the model of the next dictation if the
    current one still needs another; else empty.
    """

    name: str
    state: Literal["loading", "ready", "failed"]
    reason: str = ""
    next: str = ""


class HeldStatus(msgspec.Struct, frozen=True):
    """Counts of the held text: code points, pieces, and doubtful pieces.

    ``text`` is the spoken text, piece by piece in the order of speech. It is sent only to a client
    that asked for it; otherwise the field is absent.
    """

    characters: int = 0
    pieces: int = 0
    doubtful: int = 0
    text: tuple[str, ...] | UnsetType = UNSET

    def __repr__(self) -> str:
        return f"HeldStatus({self.characters} characters, {self.pieces} pieces)"


class MissingPart(msgspec.Struct, frozen=True):
    """A part of the device that cannot be used now. ``reason`` says what to do."""

    part: str
    reason: str


class RecognitionStatus(msgspec.Struct, frozen=True):
    """Statistics of the recognitions since the start.

    ``recognised`` counts recognitions. ``again`` counts those that were repeated because the first
    result was doubtful. ``p95_ms`` is the 95th percentile of the time from the release to the text.
    """

    recognised: int = 0
    again: int = 0
    p95_ms: float | None = None


class Status(msgspec.Struct, frozen=True):
    """The device at one moment.

    ``capture`` is "draining" between the release and the end of the last phrase. ``lent``: while it
    is "open", the sound goes to a client and nothing is typed from it. ``dictation`` is
    the number of the current or last dictation, counted from 1. ``in_flight`` counts phrases that
    have no text yet, and ``failed`` those kept for `retry`. ``substitutions`` counts the characters
    replaced since the last dictation began, because the host's layout lacks them. ``lacking`` is a
    script of which the layout has no letter, if there is one. ``too_quiet`` and ``clipped`` count
    phrases with words since the last dictation began. ``wordless``: the last dictation is over, and
    no words were recognised in it. ``unassigned`` is held text whose
    host was removed. ``fault`` is a line that says what to do. ``missing`` are the parts that are
    named in the settings and absent.
    """

    capture: Literal["off", "open", "draining"]
    host: str
    hosts: tuple[str, ...]
    link: Link
    model: ModelStatus
    lent: bool = False
    dictation: int | None = None
    in_flight: int = 0
    failed: int = 0
    typing: bool = False
    substitutions: int = 0
    lacking: str = ""
    too_quiet: int = 0
    clipped: int = 0
    wordless: bool = False
    held: HeldStatus = HeldStatus()
    unassigned: HeldStatus = HeldStatus()
    recognition: RecognitionStatus = RecognitionStatus()
    fault: str | None = None
    missing: tuple[MissingPart, ...] = ()


def without_text(status: Status) -> Status:
    """The same status without spoken text."""
    held = msgspec.structs.replace(status.held, text=UNSET)
    unassigned = msgspec.structs.replace(status.unassigned, text=UNSET)
    return msgspec.structs.replace(status, held=held, unassigned=unassigned)


def in_words(status: Status) -> str:
    """The status as one readable line, without spoken text."""
    doing = {"off": "idle", "open": "listening", "draining": "finishing"}[status.capture]
    lent = " for a program, not to type" if status.lent else ""
    parts = [f"{doing}{lent}", f"{status.host} {status.link.value}", _model(status.model)]
    if status.in_flight:
        parts.append(f"recognising {_counted(status.in_flight, 'phrase')}")
    if status.typing:
        parts.append("typing")
    if status.substitutions:
        lacking = f", the layout has no {status.lacking} letters" if status.lacking else ""
        parts.append(f"replaced {_counted(status.substitutions, 'character')}{lacking}")
    parts += _loudness(status)
    if status.held.pieces:
        parts.append(f"held {_size(status.held)}")
    if status.unassigned.pieces:
        parts.append(f"without a host {_size(status.unassigned)}")
    if status.failed:
        parts.append(f"{_counted(status.failed, 'phrase')} failed")
    if status.recognition.recognised:
        parts.append(_recognition(status.recognition))
    if status.missing:
        parts.append(f"missing: {', '.join(each.part for each in status.missing)}")
    if status.fault:
        parts.append(f"fault: {status.fault}")
    return " · ".join(parts)


def _loudness(status: Status) -> Iterator[str]:
    louder = "speak closer to the microphone, or raise its level with alsamixer"
    if status.too_quiet:
        yield f"{_counted(status.too_quiet, 'phrase')} too quiet: {louder}"
    if status.clipped:
        softer = "speak further from the microphone, or lower its level with alsamixer"
        yield f"{_counted(status.clipped, 'phrase')} clipped: {softer}"
    if status.wordless:
        yield f"no words heard: if you spoke, {louder}"


def _size(held: HeldStatus) -> str:
    doubtful = f", {held.doubtful} in doubt" if held.doubtful else ""
    size = _counted(held.characters, "character")
    return f"{size} in {_counted(held.pieces, 'piece')}{doubtful}"


def _model(model: ModelStatus) -> str:
    then = f", then {model.next}" if model.next else ""
    return f"{model.name} {model.state}{then}" + (f": {model.reason}" if model.reason else "")


def _recognition(recognition: RecognitionStatus) -> str:
    share = recognition.again / recognition.recognised
    repeated = f"{recognition.again} of {recognition.recognised} heard again ({share:.1%})"
    if recognition.p95_ms is None:
        return repeated
    return f"{repeated}, text within {recognition.p95_ms:.0f} ms of 95 % of releases"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
