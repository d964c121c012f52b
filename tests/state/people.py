"""What users may do next: with the button, with the control socket, and with the hosts."""

from collections.abc import Iterator

import msgspec
from world import (
    LETTERS,
    Machine,
    Move,
    World,
    dictations_for,
    letter,
    machine_of,
    mark,
    move,
    replace,
)

from saykey import events as ev
from saykey import requests as rq
from saykey.flow import Gesture, GestureKind, Stroke, inserted
from saykey.ports import Link
from saykey.state.delivery import target_of
from saykey.state.device import Device
from saykey.state.hearing import listening
from saykey.state.pieces import ASKED_FOR

THIRD = "third"
"""A host that is added while the device runs."""


def people(world: World, device: Device, ways: frozenset[str]) -> Iterator[Move]:
    """All that users may do next, by the means ``ways`` of this world (see walk.Life)."""
    if device.closing:
        return
    yield from _presses(world, device, ways) if "socket" in ways else _hand(world, device)
    if not world.luck:
        return
    spent = replace(world, luck=world.luck - 1)
    if "socket" in ways:
        yield from _asks(world, spent, device)
    if "hosts" in ways:
        yield from _hosts(spent, device)
    yield from _shutdown(spent)


def _presses(world: World, device: Device, ways: frozenset[str]) -> Iterator[Move]:
    if world.pressed:
        yield move("release", replace(world, pressed=False), rq.DictationEnded(0))
    elif world.presses:
        down = replace(world, pressed=True, presses=world.presses - 1)
        yield move("press", down, rq.DictationStarted(0), inner=False)
        if "lent" in ways:
            lent = replace(down, borrowers=world.borrowers + 1, borrows=True)
            yield move("lent press", lent, rq.DictationStarted(0, lent.borrowers), inner=False)
    if world.borrows:
        yield from _borrower(world, device)


def _borrower(world: World, device: Device) -> Iterator[Move]:
    """The client that borrowed the microphone last. Its dictation may have ended since."""
    dictation = listening(device.hearing)
    lent_now = dictation is not None and dictation.borrower == world.borrowers
    over = replace(world, pressed=False) if lent_now else world
    ended = rq.DictationEnded(0, world.borrowers)
    yield move("borrower's release", over, ended, inner=False)
    gone = replace(over, borrows=False)
    yield move("borrower leaves", gone, rq.Cancelled(world.borrowers), inner=False)


def _hand(world: World, device: Device) -> Iterator[Move]:
    """The gestures of one button, in the orders in which panel.gestures reports them.

    ``hand`` is "up" or "tapped" (a second tap may follow) while the button is up, and "down",
    "second" or "held" while it is down.
    """

    def gestures(*kinds: GestureKind) -> tuple[ev.Event, ...]:
        return tuple(ev.Gestured(Gesture(kind, 0)) for kind in kinds)

    toggle = device.rules.button == "toggle"
    listens = listening(device.hearing) is not None
    if world.hand in {"up", "tapped"}:
        ends = toggle and listens
        if world.presses or ends:
            down = replace(world, presses=world.presses - (not ends), pressed=not ends)
            press = gestures(GestureKind.PRESS)
            yield move("press", replace(down, hand="down"), *press, inner=ends)
            if world.hand == "tapped":
                yield move("second press", replace(down, hand="second"), *press, inner=False)
        return
    up = replace(world, hand="up", pressed=world.pressed and toggle)
    release = GestureKind.RELEASE
    if world.hand == "held":
        yield move("release", up, *gestures(release))
        return
    held = replace(world, hand="held", asked=_asked(world, device))
    yield move("hold", held, *gestures(GestureKind.HOLD), inner=False)
    if world.hand == "second":
        doubled = replace(_excuse_all(up, device), pressed=False)
        yield move("double tap", doubled, *gestures(release, GestureKind.DOUBLE_TAP))
    else:
        tapped = replace(up, hand="tapped", asked=_asked(world, device))
        yield move("tap", tapped, *gestures(release, GestureKind.TAP))


def _asks(world: World, spent: World, device: Device) -> Iterator[Move]:
    if device.hearing.dictations or device.delivery.typing:
        yield move("cancel", _excuse_all(spent, device), rq.Cancelled(), inner=False)
    held = target_of(device.delivery).held
    if held:
        between = frozenset(d.id for d in device.hearing.dictations)
        asked = replace(spent, asked=_asked(world, device), unmarked=spent.unmarked | between)
        yield move("type held", asked, rq.HeldTextWanted(), inner=False)
        dropped = frozenset("".join(h.text for h in held)) & frozenset(LETTERS)
        forgotten = replace(spent, excused=world.excused | dropped)
        yield move("drop held", forgotten, rq.HeldTextDropped(), inner=False)
    if device.hearing.unheard:
        yield move("retry", spent, rq.RetryWanted(), inner=False)
    idle = world.typist is None and not device.delivery.queue and not device.hearing.dictations
    able = idle and machine_of(world, device.delivery.target).told is Link.UP
    keys = replace(spent, keys=world.keys + able)
    yield move("keys wanted", keys, rq.KeysWanted((Stroke(4),)), inner=False)
    yield from _other_host(spent, device)
    if world.presses:
        yield move("other model", spent, rq.ModelWanted("large"), inner=False)


def _other_host(spent: World, device: Device) -> Iterator[Move]:
    for host in device.delivery.hosts:
        if host.name != device.delivery.target:
            yield move(f"use {host.name}", spent, rq.HostWanted(host.name), inner=False)


def _hosts(spent: World, device: Device) -> Iterator[Move]:
    yield from _other_host(spent, device)
    hosts = device.delivery.hosts
    for host in hosts:
        if len(hosts) > 1:
            yield move(f"forget {host.name}", spent, rq.HostForgotten(host.name), inner=False)
    if all(machine.name != THIRD for machine in spent.machines):
        settings = msgspec.structs.replace(hosts[0].settings, name=THIRD)
        machines = (*spent.machines, Machine(THIRD, Link.UP))
        more = replace(spent, machines=machines)
        yield move("add a host", more, rq.HostAdded(settings), inner=False)
        renamed = {h: THIRD if h == hosts[0].name else h for h in spent.hosts}
        broken = more.unmarked | dictations_for(more, hosts[0].name)
        new = replace(more, hosts=tuple(renamed[h] for h in spent.hosts), unmarked=broken)
        yield move("rename a host", new, rq.HostChanged(hosts[0].name, settings), inner=False)
    if device.delivery.unassigned:
        name = hosts[-1].name
        yield move("move held text", spent, rq.HeldTextMoved(name), inner=False)


def _shutdown(world: World) -> Iterator[Move]:
    unheard = {mark(world, ident) for ident, _ in world.origin} - {
        letter(world, phrase) for phrase, r in world.final if (phrase, r) in world.heard
    }
    stopped = replace(world, excused=world.excused | unheard)
    yield move("shutdown", stopped, rq.ShutdownWanted(), inner=False)


def _asked(world: World, device: Device) -> frozenset[str]:
    """The letters that may be typed when the text held for the target is asked for."""
    held = "".join(h.text for h in target_of(device.delivery).held)
    return world.asked | (frozenset(held) & frozenset(LETTERS))


def _excuse_all(world: World, device: Device) -> World:
    """After a cancel, text in flight need not be typed. Held text must not be lost."""
    typing = device.delivery.typing
    pieces = [*device.delivery.queue, *([typing.piece] if typing else [])]
    alive = {d.id for d in device.hearing.dictations} | {p.dictation for p in pieces}
    return excuse(world, device, alive)


def excuse(world: World, device: Device, dictations: set[int]) -> World:
    """Text of these dictations need not be typed, except held text, which may be asked for."""
    held = "".join(h.text for host in device.delivery.hosts for h in host.held)
    held += "".join(h.text for h in device.delivery.unassigned)
    typing = device.delivery.typing
    pieces = [*device.delivery.queue, *([typing.piece] if typing else [])]
    held += "".join(inserted(p.edits) for p in pieces if p.dictation == ASKED_FOR)
    letters = {mark(world, ident) for ident, d in world.origin if d in dictations}
    return replace(
        world, excused=world.excused | (letters - set(held)), dropped=world.dropped | dictations
    )
