"""The state machine of the device: `step` takes an event and returns the next state and effects.

It combines the state machines of speech (hearing, dictation, phrases, recognition), of the model
(loading) and of typing (delivery, links, hosts). After each event `_settle` starts all work that
has become possible: finished phrases go to their host, the next piece is typed, and the recognizer
gets its next phrase.
"""

from dataclasses import replace
from typing import assert_never

from saykey import events
from saykey import requests as rq
from saykey.effects import Effect, Exit, ReleaseKeys
from saykey.flow import Transcript
from saykey.state import (
    button,
    delivery,
    dictation,
    links,
    loading,
    outcomes,
    parts,
    phrases,
    recognition,
)
from saykey.state.device import MOST_REPLACED, Device, Step
from saykey.state.hearing import spoken_of
from saykey.state.loading import Loading, Model
from saykey.state.requests import request


def step(device: Device, event: events.Event, now: int) -> Step:
    """The device after this event at ``now`` (monotonic ns), the effects, and what was refused."""
    if device.exited:
        return Step(device, (), "saykey has shut down")
    if isinstance(event, events.SoundHeard):  # six per second, and none of them starts any work
        return Step(replace(device, level_db=event.level_db))
    device, effects, refusal = _happen(device, event, now)
    device, settled = _settle(device)
    return Step(device, effects + settled, refusal)


def _happen(device: Device, event: events.Event, now: int) -> Step:
    if isinstance(event, events.Gestured):
        return button.gesture(device, event.gesture, now)
    if isinstance(event, rq.Request):
        return request(device, event, now)
    if isinstance(event, events.SoundEvent):
        return Step(_sound(device, event))
    if isinstance(event, events.PartEvent):
        return Step(replace(device, missing=parts.told(device.missing, event)))
    if isinstance(event, events.RecognizerEvent):
        return _recognizer(device, event)
    if isinstance(event, events.HostEvent):
        return _host(device, event, now)
    assert_never(event)


def _sound(device: Device, event: events.SoundEvent) -> Device:
    hearing = device.hearing
    match event:
        case events.PhrasePaused(phrase):
            return replace(device, hearing=phrases.paused(hearing, phrase))
        case events.PhraseResumed(phrase):
            return replace(device, hearing=phrases.resumed(hearing, phrase))
        case events.PhraseEnded(phrase):
            return replace(device, hearing=phrases.ended(hearing, phrase))
        case events.CaptureDrained(number, lost):
            counters = replace(device.counters, lost_samples=device.counters.lost_samples + lost)
            return replace(device, hearing=dictation.drained(hearing, number), counters=counters)
        case events.MicrophoneFailed(reason):
            return replace(device, microphone_fault=reason)
        case events.MicrophoneReady():
            return replace(device, microphone_fault="")
        case events.SoundHeard(level_db):
            return replace(device, level_db=level_db)
        case _:
            assert_never(event)


def _recognizer(device: Device, event: events.RecognizerEvent) -> Step:
    hearing, model = device.hearing, device.model
    match event:
        case events.ModelReady(name):
            return Step(replace(device, model=loading.ready(model, name)))
        case events.ModelsKnown(names):
            return Step(replace(device, model=replace(model, known=names)))
        case events.ModelFailed(name, reason, kept):
            return _instead(device, loading.failed(model, name, reason, kept))
        case events.ModelLost():
            return _instead(device, loading.lost(model))
        case events.Recognised(transcript):
            return Step(_recognised(device, transcript))
        case events.RecognitionFailed(phrase, revision):
            hearing = recognition.failed(hearing, phrase, revision)
            return _instead(replace(device, hearing=hearing), loading.lost(model))
        case events.RecognitionAborted(phrase, revision):
            return Step(replace(device, hearing=recognition.aborted(hearing, phrase, revision)))
        case _:
            assert_never(event)


def _recognised(device: Device, transcript: Transcript) -> Device:
    device = replace(device, model=_measured(device, transcript))
    hearing, retried = recognition.recognised_again(device.hearing, transcript)
    if retried is None:
        hearing = recognition.recognised(hearing, transcript)
    elif transcript.text:
        held = delivery.hold(device.delivery, retried.host, transcript.text)
        device = replace(device, delivery=held)
    return replace(device, hearing=hearing)


def _instead(device: Device, found: tuple[Model, tuple[Effect, ...]]) -> Step:
    """Use this model. Dictations that were to use the previous model use this one."""
    model, effects = found
    hearing = recognition.remodelled(device.hearing, device.model.name, model.name)
    return Step(replace(device, hearing=hearing, model=model), effects)


def _measured(device: Device, transcript: Transcript) -> Model:
    """The model, with the recognition time of this phrase taken into account."""
    spoken = spoken_of(device.hearing, transcript.phrase)
    if spoken is None or spoken.phrase.revision != transcript.revision:
        return device.model
    return loading.heard(device.model, transcript.timings.total_ms, spoken.phrase.seconds)


def _host(device: Device, event: events.HostEvent, now: int) -> Step:
    sent = device.delivery
    match event:
        case events.LinkChanged(name, link):
            sent, effects = links.link_changed(sent, name, link, device.hearing)
            return Step(replace(device, delivery=sent), effects)
        case events.LedsChanged(name, leds):
            return Step(replace(device, delivery=links.leds_changed(sent, name, leds)))
        case events.TypingPlanned() | events.TypingAdvanced():
            return Step(replace(device, delivery=delivery.told(sent, event)))
        case events.TypingBegan():
            return Step(device)
        case events.TypingFinished(number):
            device = _with_substitutions(device, event)
            return Step(replace(device, delivery=delivery.finished(sent, number, now)))
        case events.TypingStopped():
            device = _with_substitutions(device, event)
            sent, effects = delivery.stopped(sent, event, now)
            return Step(replace(device, delivery=sent), effects)
        case _:
            assert_never(event)


def _with_substitutions(
    device: Device, event: events.TypingFinished | events.TypingStopped
) -> Device:
    counters = replace(
        device.counters,
        substitutions=device.counters.substitutions + len(event.substitutions),
        replaced=(device.counters.replaced + event.substitutions)[-MOST_REPLACED:],
    )
    return replace(device, counters=counters)


def _settle(device: Device) -> tuple[Device, tuple[Effect, ...]]:
    """Start all work that is possible now."""
    if device.closing:
        return _leave_for_good(device)
    if device.model.loading is Loading.FAILED:
        device = replace(device, hearing=recognition.give_up(device.hearing))
    device = _leave(device)
    sent, typed = delivery.begin(device.delivery, device.rules.join_ns)
    alive = frozenset(d.id for d in device.hearing.dictations)
    sent = delivery.forget_interrupted(sent, alive)
    missing = parts.in_use(device.missing, frozenset(h.name for h in sent.hosts if h.open))
    device = replace(device, delivery=sent, missing=missing)
    device, loaded = _load_what_is_needed(device)
    hearing, scheduled = recognition.schedule(
        device.hearing,
        device.model.loaded,
        speculate=device.rules.speculate,
        prompt=device.rules.prompt,
        doubtful=device.rules.doubtful,
    )
    return replace(device, hearing=hearing), typed + loaded + scheduled


def _leave(device: Device) -> Device:
    """Deliver the texts of finished phrases, in the order of speech."""
    while True:
        hearing, left = phrases.leave(device.hearing)
        if left is None:
            return device
        device = outcomes.deliver(replace(device, hearing=hearing), left)


def _load_what_is_needed(device: Device) -> tuple[Device, tuple[Effect, ...]]:
    """Load the model that the oldest dictation began with; without a dictation, the wanted one."""
    hearing, model = device.hearing, device.model
    needed = hearing.dictations[0].model if hearing.dictations else model.wanted
    if hearing.job is not None or model.loading is Loading.LOADING or needed == model.name:
        return device, ()
    model, effects = loading.want(model, needed)
    return replace(device, model=model), effects


def _leave_for_good(device: Device) -> tuple[Device, tuple[Effect, ...]]:
    """When typing has ended, hold the queued text, release the keys on all hosts, and exit."""
    if device.delivery.typing is not None:
        return device, ()
    device = replace(device, delivery=delivery.put_away(device.delivery))
    # On all hosts: one may have come back while its LinkChanged is still in the inbox.
    up = tuple(ReleaseKeys(h.name) for h in device.delivery.hosts if h.open)
    held = sum(len(h.held) for h in device.delivery.hosts) + len(device.delivery.unassigned)
    return replace(device, exited=True), (*up, Exit(device.hearing.lost, held))
