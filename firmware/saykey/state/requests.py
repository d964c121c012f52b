"""Carries out requests from the button or the control socket, or refuses them. Pure.

`refusal` is the only place that decides what is refused. The step returns the reason, so that it
can be reported to the user.
"""

from dataclasses import replace
from typing import assert_never

from saykey import requests as rq
from saykey.effects import Effect, OpenCapture
from saykey.ports import Link
from saykey.state import asked, delivery, dictation, links, loading, outcomes, recognition
from saykey.state.device import QUIET_DB, Counters, Device, Step
from saykey.state.hearing import Dictation, Hearing, listening
from saykey.state.hosts import find
from saykey.state.loading import Loading, Model


def request(device: Device, event: rq.Request, now: int) -> Step:
    """Carry out a request, or return the reason why it is refused."""
    if why := refusal(device, event):
        return Step(device, (), why)
    return _carried_out(device, event, now)


def refusal(device: Device, event: rq.Request) -> str:
    """Why this request is refused now and what to do instead, on one line; "" if it is not."""
    if device.closing:
        return "saykey is shutting down"
    listens = listening(device.hearing) is not None
    match event:
        case rq.DictationStarted():
            return "a dictation is open already: release or cancel it" if listens else ""
        case rq.DictationEnded(borrower=borrower) | rq.Cancelled(borrower) if borrower is not None:
            lent = _lent_to(device.hearing, borrower) is not None
            return "" if lent else "the microphone is not lent to this client now: listen first"
        case rq.DictationEnded():
            return "" if listens else "no dictation is open: press first"
        case rq.HeldTextWanted() | rq.KeysWanted():
            return _cannot_type(device, event)
        case rq.RetryWanted():
            return "" if device.hearing.unheard else "no phrase has failed"
        case (
            rq.HostWanted()
            | rq.HostAdded()
            | rq.HostChanged()
            | rq.HostForgotten()
            | rq.HeldTextMoved()
        ):
            return _no_such_host(device, event)
        case rq.Cancelled() | rq.HeldTextDropped() | rq.ModelWanted() | rq.ShutdownWanted():
            return ""
        case _:
            assert_never(event)


def _lent_to(hearing: Hearing, borrower: int) -> Dictation | None:
    """The open dictation that is lent to this borrower, or None."""
    dictation = listening(hearing)
    return dictation if dictation is not None and dictation.borrower == borrower else None


def _cannot_type(device: Device, event: rq.HeldTextWanted | rq.KeysWanted) -> str:
    target = delivery.target_of(device.delivery)
    keys = isinstance(event, rq.KeysWanted)
    if not keys and not target.held:
        return f"no text is held for {target.name}"
    if target.link is not Link.UP:
        until = "keys can be pressed once" if keys else "its text stays held until"
        return f"{target.name} is {target.link.value}: {until} it is up"
    if delivery.busy(device.delivery):
        return "text is being typed: wait until it is done"
    if keys and device.hearing.dictations:
        return "a dictation is open: wait until it is done"
    return ""


def _no_such_host(
    device: Device,
    event: rq.HostWanted | rq.HostAdded | rq.HostChanged | rq.HostForgotten | rq.HeldTextMoved,
) -> str:
    hosts = device.delivery.hosts
    match event:
        case rq.HostAdded(host):
            return f"there is a host {host.name!a} already" if find(hosts, host.name) else ""
        case rq.HostChanged(name, host) if host.name != name and find(hosts, host.name):
            return f"there is a host {host.name!a} already"
        case rq.HostForgotten(name) if find(hosts, name) and len(hosts) == 1:
            return f"{name} is the only host: add another one first"
        case rq.HeldTextMoved() if not device.delivery.unassigned:
            return "no text is held without a host"
        case (
            rq.HostWanted(name)
            | rq.HostChanged(name)
            | rq.HostForgotten(name)
            | rq.HeldTextMoved(name)
        ):
            known = ", ".join(host.name for host in hosts)
            return "" if find(hosts, name) else f"no host {name!a}; hosts: {known}"
        case _:
            assert_never(event)


def _carried_out(device: Device, event: rq.Request, now: int) -> Step:
    hearing, sent = device.hearing, device.delivery
    match event:
        case rq.DictationStarted():
            return _start(device, event)
        case rq.DictationEnded(at):
            hearing, effects = dictation.release(hearing, at)
            return Step(replace(device, hearing=hearing), effects)
        case rq.Cancelled(borrower):
            return _cancel(device, borrower)
        case rq.HeldTextWanted():
            return Step(replace(device, delivery=asked.held_wanted(sent, now)))
        case rq.HeldTextDropped():
            hearing = dictation.forget_said(hearing, asked.droppable(sent))
            hearing, sent = replace(hearing, unheard=()), asked.held_dropped(sent)
            return Step(replace(device, hearing=hearing, delivery=sent))
        case rq.HeldTextMoved(host):
            return Step(replace(device, delivery=asked.held_moved(sent, host)))
        case rq.RetryWanted():
            model, effects = _revived(device.model)
            hearing = recognition.retry(hearing)
            return Step(replace(device, hearing=hearing, model=model), effects)
        case rq.ModelWanted(name):
            return Step(replace(device, model=loading.wanted(device.model, name)))
        case rq.KeysWanted(strokes):
            return Step(replace(device, delivery=asked.keys_wanted(sent, strokes, now)))
        case rq.HostWanted() | rq.HostAdded() | rq.HostChanged() | rq.HostForgotten():
            return _hosts_changed(device, event)
        case rq.ShutdownWanted():
            return _shut_down(device)
        case _:
            assert_never(event)


def _hosts_changed(
    device: Device,
    event: rq.HostWanted | rq.HostAdded | rq.HostChanged | rq.HostForgotten,
) -> Step:
    hearing, sent = device.hearing, device.delivery
    match event:
        case rq.HostWanted(name):
            sent, effects = links.use_host(sent, name, hearing)
        case rq.HostAdded(host):
            sent, effects = links.added(sent, host, hearing)
        case rq.HostChanged(name, host):
            sent, effects = links.changed(sent, name, host, hearing)
            hearing = dictation.renamed(hearing, name, host.name)
        case rq.HostForgotten(name):
            sent, effects = links.forgotten(sent, name, hearing)
        case _:
            assert_never(event)
    return Step(replace(device, hearing=hearing, delivery=sent), effects)


def _start(device: Device, asked_for: rq.DictationStarted) -> Step:
    target = delivery.target_of(device.delivery)
    model = device.model
    effects: tuple[Effect, ...] = ()
    if asked_for.borrower is None:  # otherwise nothing will be recognised or typed
        model, revived = _revived(loading.noticed(device.model))
        effects = (*delivery.wake(device.delivery), *revived)
    language = device.rules.language
    hearing = dictation.start(device.hearing, target.settings, language, model.wanted, asked_for)
    device = replace(
        device, hearing=hearing, model=model, counters=Counters(), level_db=QUIET_DB, heard=""
    )
    return Step(device, (OpenCapture(hearing.started, asked_for.at, asked_for.borrower), *effects))


def _cancel(device: Device, borrower: int | None) -> Step:
    hearing, sent = device.hearing, device.delivery
    if borrower is not None:
        lent = frozenset(d.id for d in hearing.dictations if d.borrower == borrower)
        hearing, dropped = dictation.drop(hearing, lent)
        return Step(replace(device, hearing=hearing), dropped)
    hearing, dropped = dictation.drop(hearing, _all_of(hearing))
    sent, stopped = delivery.cancel(sent)
    return Step(replace(device, hearing=hearing, delivery=sent), dropped + stopped)


def _revived(model: Model) -> tuple[Model, tuple[Effect, ...]]:
    """Load a model that failed again, because the user wants to use it."""
    return loading.want(model, model.wanted) if model.loading is Loading.FAILED else (model, ())


def _all_of(hearing: Hearing) -> frozenset[int]:
    return frozenset(d.id for d in hearing.dictations)


def _shut_down(device: Device) -> Step:
    """Begin the shutdown. Recognised text is held, even behind a phrase that has no text yet."""
    device = outcomes.put_in_queue(device)
    mute = outcomes.without_text(device.hearing)
    hearing, dropped = dictation.drop(device.hearing, _all_of(device.hearing))
    sent, stopped = delivery.stop(device.delivery)
    hearing = replace(hearing, lost=hearing.lost + mute, unheard=())
    return Step(replace(device, hearing=hearing, delivery=sent, closing=True), dropped + stopped)
