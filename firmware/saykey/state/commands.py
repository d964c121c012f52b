"""What people ask of the device, by the button or the control socket."""

from dataclasses import replace

from saykey import events
from saykey.effects import Effect, OpenCapture
from saykey.flow import Gesture, GestureKind
from saykey.state import delivery, dictation, loading, recognition
from saykey.state import hosts as computers
from saykey.state.device import Counters, Device, Step
from saykey.state.dictation import Capture, Stage
from saykey.state.loading import Loading, Model


def gesture(device: Device, made: Gesture, now: int) -> Step:
    """What a gesture means: see docs/guide.md, "The button"."""
    open_now = dictation.listening(device.hearing) is not None
    hold = device.rules.button == "hold"
    match made.kind:
        case GestureKind.PRESS if hold or not open_now:
            before = device.hearing.started
            device, effects = command(device, events.DictationStarted(made.at), now)
            began = device.hearing.started if device.hearing.started != before else None
            return replace(device, pressed=began), effects
        case GestureKind.PRESS:
            return command(replace(device, pressed=None), events.DictationEnded(made.at), now)
        case GestureKind.RELEASE if hold:
            return command(device, events.DictationEnded(made.at), now)
        case GestureKind.TAP if hold:
            return _type_held_instead(device, now)
        case GestureKind.HOLD if not hold:
            return _type_held_instead(device, now)
        case GestureKind.DOUBLE_TAP:
            return command(device, events.Cancelled(), now)
        case _:
            return device, ()


def _type_held_instead(device: Device, now: int) -> Step:
    """The press behind this gesture began a dictation; with held text it was meant otherwise."""
    others = [d for d in device.hearing.dictations if d.id != device.pressed]
    held = computers.get(device.delivery.hosts, device.delivery.target).held
    if device.closing or not held or others or delivery.busy(device.delivery):
        return device, ()
    unmeant = frozenset({device.pressed} if device.pressed is not None else ())
    hearing, effects = dictation.drop(device.hearing, unmeant)
    device, more = command(replace(device, hearing=hearing), events.HeldTextWanted(), now)
    return device, effects + more


def command(device: Device, event: events.Event, now: int) -> Step:
    """Do what was asked for, unless the service is closing."""
    if device.closing:
        return device, ()
    match event:
        case events.DictationStarted(at):
            return _start(device, at, now)
        case events.DictationEnded(at):
            hearing, effects = dictation.release(device.hearing, at)
            return replace(device, hearing=hearing), effects
        case events.Cancelled():
            everything = frozenset(d.id for d in device.hearing.dictations)
            hearing, dropped = dictation.drop(device.hearing, everything)
            sent, stopped = delivery.cancel(device.delivery)
            return replace(device, hearing=hearing, delivery=sent), dropped + stopped
        case events.HeldTextWanted():
            return replace(device, delivery=delivery.held_wanted(device.delivery)), ()
        case events.HeldTextDropped():
            hearing = replace(device.hearing, unheard=())
            sent = delivery.held_dropped(device.delivery)
            return replace(device, hearing=hearing, delivery=sent), ()
        case events.RetryWanted():
            model, effects = _revive(device.model)
            return replace(device, hearing=recognition.retry(device.hearing), model=model), effects
        case events.ModelWanted(name):
            return replace(device, model=loading.wanted(device.model, name)), ()
        case events.KeysWanted(strokes):
            sent, effects = delivery.keys_wanted(device.delivery, strokes)
            return replace(device, delivery=sent), effects
        case events.HostWanted(name):
            return replace(device, delivery=delivery.use_host(device.delivery, name)), ()
        case _:
            return _shut_down(device)


def _start(device: Device, at: int, now: int) -> Step:
    if dictation.listening(device.hearing) is not None:
        return device, ()
    target = computers.get(device.delivery.hosts, device.delivery.target)
    joins = target.typed_at is not None and now - target.typed_at <= device.rules.join_ns
    model, revived = _revive(loading.noticed(device.model))
    hearing = dictation.start(
        device.hearing, target.name, device.rules.language, model.wanted, joins=joins
    )
    device = replace(
        device, hearing=hearing, model=model, counters=Counters(), level_db=-96.0, heard=""
    )
    opening = OpenCapture(hearing.started, at)
    return device, (opening, *delivery.wake(device.delivery), *revived)


def _revive(model: Model) -> tuple[Model, tuple[Effect, ...]]:
    """A model that failed is tried again when someone wants to use it."""
    return loading.want(model, model.wanted) if model.loading is Loading.FAILED else (model, ())


def _shut_down(device: Device) -> Step:
    everything = frozenset(d.id for d in device.hearing.dictations)
    texts = [s for s in device.hearing.row if s.stage in {Stage.READY, Stage.DOUBTFUL}]
    for spoken in texts:  # recognised behind a phrase that is not: text all the same
        found = dictation.find(device.hearing, spoken.phrase.id.dictation)
        if found is not None and spoken.transcript is not None:
            held = delivery.hold(device.delivery, found.host, spoken.transcript.text)
            device = replace(device, delivery=held)
    mute = [s for s in device.hearing.row if s.stage in {Stage.WAITING, Stage.TENTATIVE}]
    listening = [d for d in device.hearing.dictations if d.capture is Capture.OPEN]
    unrecognised = len(mute) + len(device.hearing.unheard) + len(listening)
    hearing, dropped = dictation.drop(device.hearing, everything)
    sent, stopped = delivery.put_away(device.delivery)
    hearing = replace(hearing, lost=hearing.lost + unrecognised, unheard=())
    return replace(device, hearing=hearing, delivery=sent, closing=True), dropped + stopped
