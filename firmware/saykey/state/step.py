"""`step` takes what happened and says what the device is now, and what it begins.

It composes what is heard (dictation, recognition), the model (loading) and what is typed
(delivery, hosts). After each event `_settle` moves on whatever can move: phrases that are done
leave for their host, the next piece is typed, the recognizer gets its next work.
"""

from dataclasses import replace

from saykey import events
from saykey.effects import Effect, Exit, ReleaseKeys
from saykey.flow import Transcript
from saykey.state import commands, delivery, dictation, loading, parts, recognition
from saykey.state.device import MOST_REPLACED, Device, Step
from saykey.state.dictation import Outcome, Stage
from saykey.state.loading import Loading, Model
from saykey.state.pieces import Piece


def step(device: Device, event: events.Event, now: int) -> Step:
    """What the device is after this event, at ``now`` (monotonic ns), and what it begins."""
    if device.exited:
        return device, ()
    if isinstance(event, events.SoundHeard):  # six a second, and nothing can move on by one
        return replace(device, level_db=event.level_db), ()
    device, effects = _happen(device, event, now)
    device, settled = _settle(device)
    return device, effects + settled


def _happen(device: Device, event: events.Event, now: int) -> Step:
    match event:
        case events.Gestured(gesture):
            return commands.gesture(device, gesture, now)
        case (
            events.DictationStarted()
            | events.DictationEnded()
            | events.Cancelled()
            | events.HeldTextWanted()
            | events.HeldTextDropped()
            | events.RetryWanted()
            | events.ModelWanted()
            | events.HostWanted()
            | events.KeysWanted()
            | events.ShutdownWanted()
        ):
            return commands.command(device, event, now)
        case events.LinkChanged() | events.LedsChanged():
            return _link(device, event)
        case events.PartMissing() | events.PartFound():
            return replace(device, missing=parts.told(device.missing, event)), ()
        case events.TypingPlanned() | events.TypingAdvanced():
            return replace(device, delivery=delivery.told(device.delivery, event)), ()
        case events.TypingBegan():
            return device, ()
        case events.TypingFinished() | events.TypingStopped():
            return _typing(device, event, now)
        case (
            events.ModelsKnown()
            | events.ModelReady()
            | events.ModelFailed()
            | events.ModelLost()
            | events.Recognised()
            | events.RecognitionFailed()
            | events.RecognitionAborted()
        ):
            return _recognizer(device, event)
        case _:
            return _sound(device, event)


def _sound(device: Device, event: events.Event) -> Step:
    hearing = device.hearing
    match event:
        case events.PhrasePaused(phrase):
            return replace(device, hearing=dictation.paused(hearing, phrase)), ()
        case events.PhraseResumed(phrase):
            return replace(device, hearing=dictation.resumed(hearing, phrase)), ()
        case events.PhraseEnded(phrase):
            return replace(device, hearing=dictation.ended(hearing, phrase)), ()
        case events.CaptureDrained(number, lost):
            counters = replace(device.counters, lost_samples=device.counters.lost_samples + lost)
            hearing = dictation.drained(hearing, number)
            return replace(device, hearing=hearing, counters=counters), ()
        case events.MicrophoneFailed(reason):
            return replace(device, microphone_fault=reason), ()
        case _:
            return replace(device, microphone_fault=""), ()


def _recognizer(device: Device, event: events.Event) -> Step:
    hearing, model = device.hearing, device.model
    match event:
        case events.ModelReady(name):
            return replace(device, model=loading.ready(model, name)), ()
        case events.ModelsKnown(names):
            return replace(device, model=replace(model, known=names)), ()
        case events.ModelFailed(name, reason, kept):
            return _instead(device, loading.failed(model, name, reason, kept))
        case events.ModelLost():
            return _instead(device, loading.lost(model))
        case events.Recognised(transcript):
            device = replace(device, model=_heard(device, transcript))
            hearing, retried = recognition.recognised_again(hearing, transcript)
            if retried is None:
                hearing = recognition.recognised(hearing, transcript)
            elif transcript.text:
                held = delivery.hold(device.delivery, retried.host, transcript.text)
                device = replace(device, delivery=held)
            return replace(device, hearing=hearing), ()
        case events.RecognitionFailed(phrase, revision):
            hearing = recognition.failed(hearing, phrase, revision)
            return _instead(replace(device, hearing=hearing), loading.lost(model))
        case events.RecognitionAborted(phrase, revision):
            return replace(device, hearing=recognition.aborted(hearing, phrase, revision)), ()
        case _:
            return device, ()


def _instead(device: Device, found: tuple[Model, tuple[Effect, ...]]) -> Step:
    """The model that came of it; what was for the one before is for that one."""
    model, effects = found
    hearing = recognition.remodelled(device.hearing, device.model.name, model.name)
    return replace(device, hearing=hearing, model=model), effects


def _heard(device: Device, transcript: Transcript) -> Model:
    spoken = dictation.spoken_of(device.hearing, transcript.phrase)
    if spoken is None or spoken.phrase.revision != transcript.revision:
        return device.model
    return loading.heard(device.model, transcript.timings.total_ms, spoken.phrase.seconds)


def _link(device: Device, event: events.Event) -> Step:
    match event:
        case events.LinkChanged(name, link):
            alive = frozenset(d.id for d in device.hearing.dictations if d.host == name)
            sent, effects = delivery.link_changed(device.delivery, name, link, alive)
            return replace(device, delivery=sent), effects
        case events.LedsChanged(name, leds):
            sent = delivery.leds_changed(device.delivery, name, leds)
            return replace(device, delivery=sent), ()
        case _:
            return device, ()


def _typing(device: Device, event: events.TypingFinished | events.TypingStopped, now: int) -> Step:
    counters = replace(
        device.counters,
        substitutions=device.counters.substitutions + len(event.substitutions),
        replaced=(device.counters.replaced + event.substitutions)[-MOST_REPLACED:],
    )
    device = replace(device, counters=counters)
    match event:
        case events.TypingFinished(number):
            return replace(device, delivery=delivery.finished(device.delivery, number, now)), ()
        case events.TypingStopped():
            sent, effects = delivery.stopped(device.delivery, event, now)
            return replace(device, delivery=sent), effects


def _settle(device: Device) -> Step:
    """Move on whatever can move."""
    if device.closing:
        return _leave_for_good(device)
    hearing = device.hearing
    if device.model.loading is Loading.FAILED:
        hearing = recognition.give_up(hearing)
    hearing, outcomes = dictation.leave(hearing)
    for outcome in outcomes:
        device = _deliver(device, outcome)
    sent, typed = delivery.begin(device.delivery)
    alive = frozenset(d.id for d in hearing.dictations)
    sent = delivery.forget_interruptions(sent, alive)
    device, loaded = _load_what_is_needed(replace(device, hearing=hearing, delivery=sent))
    hearing, scheduled = recognition.schedule(
        device.hearing,
        device.model.loaded,
        speculate=device.rules.speculate,
        prompt=device.rules.prompt,
    )
    return replace(device, hearing=hearing), typed + loaded + scheduled


def _load_what_is_needed(device: Device) -> Step:
    """The oldest dictation is recognised by the model it began with; then the wanted one loads."""
    hearing, model = device.hearing, device.model
    needed = hearing.dictations[0].model if hearing.dictations else model.wanted
    if hearing.job is not None or model.loading is Loading.LOADING or needed == model.name:
        return device, ()
    model, effects = loading.want(model, needed)
    return replace(device, model=model), effects


def _deliver(device: Device, outcome: Outcome) -> Device:
    transcript, origin = outcome.transcript, outcome.dictation
    if transcript is None or not transcript.text or outcome.stage is Stage.EMPTY:
        return device
    device = replace(device, heard=transcript.text)
    if outcome.stage is Stage.DOUBTFUL and device.rules.doubtful == "drop":
        dropped = device.counters.doubtful_dropped + 1
        return replace(device, counters=replace(device.counters, doubtful_dropped=dropped))
    if outcome.stage is Stage.DOUBTFUL and device.rules.doubtful == "hold":
        held = delivery.hold(device.delivery, origin.host, transcript.text)
        return replace(device, delivery=held)
    piece = Piece(origin.id, origin.host, transcript.text, origin.joins)
    return replace(device, delivery=delivery.offer(device.delivery, piece))


def _leave_for_good(device: Device) -> Step:
    """Once nothing is typed any more: keys up everywhere, and the end."""
    if device.delivery.typing is not None:
        return device, ()
    up = tuple(ReleaseKeys(h.name) for h in device.delivery.hosts)  # one may just be back
    held = sum(len(h.held) for h in device.delivery.hosts)
    return replace(device, exited=True), (*up, Exit(device.hearing.lost, held))
