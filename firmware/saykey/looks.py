"""Derives what the display, the LED and the control socket show from the device state.

Nothing of it is stored.
"""

from typing import Literal

from saykey.control.status import (
    HeldStatus,
    MissingPart,
    ModelStatus,
    RecognitionStatus,
    Status,
)
from saykey.flow import SAMPLE_RATE, Loudness, Substitution
from saykey.latency import Record
from saykey.panel.view import Fault, Listening, ModelState, View
from saykey.ports import Light
from saykey.state import delivery, parts
from saykey.state.device import Device
from saykey.state.hearing import CaptureState, Stage, listening
from saykey.state.hosts import Held
from saykey.state.loading import Loading, Model

_UNHEARD = {Stage.SPEAKING, Stage.TENTATIVE, Stage.WAITING}


def view(device: Device) -> View:
    """The data that the display is drawn from."""
    target = delivery.target_of(device.delivery)
    held = [h.shown for h in target.held]
    typing = device.delivery.typing
    replaced = _replaced(device)
    return View(
        capture={
            "off": Listening.OFF,
            "open": Listening.LISTENING,
            "draining": Listening.FINISHING,
        }[_capture(device)],
        level_db=device.level_db,
        toggle=device.rules.button == "toggle",
        host=target.name,
        link=target.link,
        model=device.model.name,
        model_state=ModelState(device.model.loading.value),
        phrases=_in_flight(device),
        text=device.heard,
        typing=None if typing is None else (typing.done, typing.units),
        held=sum(map(len, held)),
        held_text=held[-1] if held else "",
        held_doubtful=any(h.doubtful for h in target.held),
        failed=len(device.hearing.unheard),
        faults=_faults(device) + _notices(device) + (_lacks(device) if idle(device) else ()),
        lent=_lent(device),
        lost_ms=device.counters.lost_samples * 1000 // SAMPLE_RATE,
        substitutions=_substitutions(device),
        replaced=(replaced[-1].wanted, replaced[-1].typed) if replaced else None,
        lacking=_lacking(replaced),
        loudness=_loudness(device),
        wordless=device.counters.wordless,
    )


def status(device: Device, record: Record = Record()) -> Status:  # noqa: B008 - it is frozen
    """The status for the control socket. It contains the held text, which the server removes."""
    target = delivery.target_of(device.delivery)
    faults = _faults(device) + _lacks(device)
    return Status(
        capture=_capture(device),
        host=target.name,
        hosts=tuple(h.name for h in device.delivery.hosts),
        link=target.link,
        model=_model(device.model),
        lent=_lent(device),
        dictation=device.hearing.started or None,
        in_flight=_in_flight(device),
        failed=len(device.hearing.unheard),
        typing=delivery.busy(device.delivery),
        substitutions=_substitutions(device),
        lacking=_lacking(_replaced(device)),
        too_quiet=device.counters.too_quiet,
        clipped=device.counters.clipped,
        wordless=device.counters.wordless,
        held=_held(target.held),
        unassigned=_held(device.delivery.unassigned),
        recognition=RecognitionStatus(record.recognised, record.again, record.p95_ms),
        fault=faults[0].advice if faults else None,
        missing=tuple(MissingPart(each.part, each.reason) for each in device.missing),
    )


def light(device: Device) -> Light:
    """What the LED shows. The most urgent condition wins."""
    if _faults(device):
        return Light.FAULT
    if _capture(device) == "open":
        return Light.LISTENING
    if _in_flight(device) or delivery.busy(device.delivery):
        return Light.WORKING
    if any(each.part in _needed(device) for each in device.missing):
        return Light.FAULT
    sent = device.delivery
    return Light.HELD if delivery.target_of(sent).held or sent.unassigned else Light.OFF


def idle(device: Device) -> bool:
    """Whether the device is not listening, recognising or typing."""
    return not device.hearing.dictations and not delivery.busy(device.delivery)


def _held(texts: tuple[Held, ...]) -> HeldStatus:
    return HeldStatus(
        characters=sum(len(held.shown) for held in texts),
        pieces=len(texts),
        doubtful=sum(1 for held in texts if held.doubtful),
        text=tuple(held.shown for held in texts),
    )


def _model(model: Model) -> ModelStatus:
    after = model.wanted if model.wanted != model.name else ""
    return ModelStatus(model.name, model.loading.value, model.reason or model.notice, after)


def _capture(device: Device) -> Literal["off", "open", "draining"]:
    stages = {d.capture for d in device.hearing.dictations}
    if CaptureState.OPEN in stages:
        return "open"
    return "draining" if CaptureState.DRAINING in stages else "off"


def _lent(device: Device) -> bool:
    """Whether the dictation that is listening is lent to a client."""
    dictation = listening(device.hearing)
    return dictation is not None and dictation.borrower is not None


def _in_flight(device: Device) -> int:
    return sum(1 for spoken in device.hearing.row if spoken.stage in _UNHEARD)


def _replaced(device: Device) -> tuple[Substitution, ...]:
    """All substitutions so far, with those planned in the piece that is being typed."""
    typing = device.delivery.typing
    return device.counters.replaced + (typing.substitutions if typing is not None else ())


def _lacking(replaced: tuple[Substitution, ...]) -> str:
    return next((one.script for one in reversed(replaced) if one.script), "")


def _substitutions(device: Device) -> int:
    typing = device.delivery.typing
    return device.counters.substitutions + (len(typing.substitutions) if typing else 0)


def _loudness(device: Device) -> Loudness:
    """The loudness to show: while a dictation is in flight, whether the user should speak up now.

    After it, whether any phrase was too quiet or clipped: the more frequent of both.
    """
    counters = device.counters
    if device.hearing.dictations:
        return counters.loudness
    if not counters.too_quiet and not counters.clipped:
        return Loudness.FINE
    more_clipped = counters.clipped > counters.too_quiet
    return Loudness.CLIPPED if more_clipped else Loudness.TOO_QUIET


def _faults(device: Device) -> tuple[Fault, ...]:
    faults = []
    if device.microphone_fault:
        faults.append(Fault("No microphone", device.microphone_fault))
    if device.model.loading is Loading.FAILED:
        faults.append(Fault("No model", device.model.reason))
    return tuple(faults)


_NO_PART = {parts.BUTTON: "No button", parts.LIGHT: "No LED", parts.DISPLAY: "No display"}


def _lacks(device: Device) -> tuple[Fault, ...]:
    """The missing parts, as faults. A host's connection counts only while it is the target."""
    shown = {*_NO_PART, *_needed(device)}
    return tuple(
        Fault(_NO_PART.get(each.part, "No connection"), each.reason)
        for each in device.missing
        if each.part in shown
    )


def _needed(device: Device) -> tuple[str, ...]:
    """Parts without which no text reaches the host.

    A missing display is not one of them: the user sees that it is dark.
    """
    return (parts.BUTTON, parts.way_to(device.delivery.target))


def _notices(device: Device) -> tuple[Fault, ...]:
    """Notices for the user. Dictation still works."""
    notices = []
    if not device.model.noticed:
        notices.append(Fault("Other model", device.model.notice))
    if device.delivery.unassigned:
        notices.append(Fault("Text, no host", "Its host is gone. Run: saykey move-held HOST"))
    return tuple(notices)
