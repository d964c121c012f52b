"""The exhaustive walk: every order of all possible events, within bounds."""

from collections import deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

import msgspec
from laws import check, check_answer, check_rest
from people import excuse, people
from story import COUCH, DESK
from world import LETTERS, Broken, Machine, Move, World, moves, perform, put, replace

from saykey import effects as fx
from saykey import events as ev
from saykey.flow import inserted
from saykey.ports import Link
from saykey.settings.schema import ButtonSettings, RecognizerSettings, Settings
from saykey.state.device import Device, initial
from saykey.state.pieces import ASKED_FOR
from saykey.state.step import step

Filter = Callable[[ev.Event, fx.Effect], bool]
State = tuple[World, Device]


@dataclass(frozen=True)
class Life:
    """The bounds of a walk: what may happen in a world, and how often.

    At most ``presses`` presses of the button, ``phrases`` spoken phrases and ``luck`` disturbances.
    ``ways``: "socket" for requests by the control socket, "button" for gestures, "hosts" for hosts
    that are added and removed, "doubts" for doubtful texts that do not count as disturbances,
    "seams" for each way in which a phrase is understood together with the one before, or empty,
    "lent" for clients that borrow the microphone.
    ``cables``: the transports of the two hosts.
    """

    presses: int
    phrases: int
    luck: int
    ways: frozenset[str] = frozenset({"socket"})
    doubtful: str = "hold"
    button: str = "hold"
    cables: tuple[str, str] = (DESK.transport, COUCH.transport)

    def __str__(self) -> str:
        ways = "+".join(sorted(self.ways)) + ("+one cable" if len(set(self.cables)) == 1 else "")
        bounds = f"{self.presses} presses, {self.phrases} phrases, {self.luck} disturbances"
        return f"{ways}, {self.button}, {self.doubtful}: {bounds}"


class Violation(AssertionError):
    """An invariant was violated. The message is the shortest list of moves that leads there."""


def begin(life: Life, keep: Filter) -> State:
    """The first state: two hosts, the first up, the second asleep, and the model loaded."""
    first, second = life.cables
    settings = Settings(
        button=ButtonSettings(mode=life.button),
        recognizer=RecognizerSettings(doubtful=life.doubtful),
        host=(
            msgspec.structs.replace(DESK, transport=first),
            msgspec.structs.replace(COUCH, transport=second),
        ),
    )
    device, done, _ = initial(settings)
    model = next(effect.name for effect in done if isinstance(effect, fx.LoadModel))
    device = step(device, ev.ModelReady(model), 0).device
    machines = Machine("desk", Link.UP), Machine("couch", Link.ASLEEP)
    world = World(life.luck, life.presses, life.phrases, machines, model)
    for effect in done:
        if isinstance(effect, fx.OpenLink):
            world = perform(world, device, effect)
    for machine in world.machines:
        if machine.open:
            told = replace(machine, told=machine.link, news=())
            world = put(world, told)
            event = ev.LinkChanged(machine.name, machine.link)
            world, device = advance(world, device, (event,), keep)
    return world, device


def advance(world: World, device: Device, events: tuple[ev.Event, ...], keep: Filter) -> State:
    """Step the device with these events, with nothing between them. Raises Broken."""
    for event in events:
        before = device
        device, done, _ = step(device, event, 0)
        done = tuple(effect for effect in done if keep(event, effect))
        check_answer(device, done)
        world = _thrown_away(world, before, device, event, done)
        for effect in done:
            world = perform(world, device, effect)
    return replace(world, asked=world.asked & _asked_for(device)), device


def _thrown_away(
    world: World, before: Device, device: Device, event: ev.Event, done: tuple[fx.Effect, ...]
) -> World:
    """Excuse the dictation that a gesture dropped. The gesture must then have typed held text."""
    if not isinstance(event, ev.Gestured) or event.gesture.kind.value == "double tap":
        return world
    after = {d.id for d in device.hearing.dictations}
    gone = {d.id for d in before.hearing.dictations} - after
    if not gone:
        return world
    if not any(isinstance(effect, fx.TypeEdits) for effect in done):
        raise Broken("a gesture threw away what was said, and typed nothing")
    return excuse(world, device, gone)


def _asked_for(device: Device) -> frozenset[str]:
    """The letters of held text that was asked for and is in flight."""
    sent = device.delivery
    pieces = [*sent.queue, *([sent.typing.piece] if sent.typing else [])]
    text = "".join(inserted(p.edits) for p in pieces if p.dictation == ASKED_FOR)
    return frozenset(text) & frozenset(LETTERS)


def canonical(world: World, device: Device) -> Hashable:
    """The pair, reduced to what can influence later events and what the laws read."""
    final = dict(world.final)
    heard = frozenset((p, r) for p, r in world.heard if final.get(p, r) == r)
    seams = frozenset(each for each in world.seams if final.get(each[0], each[1]) == each[1])
    sent, hearing = device.delivery, device.hearing
    hosts = tuple(
        (
            h.settings,
            h.open,
            h.link,
            h.held,
            h.interrupted,
            *((t.piece, t.dictation) for t in h.typed[-1:]),
        )
        for h in sent.hosts
    )
    return (
        world._replace(heard=heard, seams=seams),
        (device.model, device.microphone_fault, device.pressed, device.closing, device.exited),
        (hosts, sent.target, sent.queue, sent.typing, sent.pieces, sent.unassigned),
        (hearing.dictations, hearing.row, hearing.unheard, hearing.job, hearing.started),
        hearing.lost,
    )


def everything(_event: ev.Event, _effect: fx.Effect) -> bool:
    """Keep every effect."""
    return True


def walk(life: Life, keep: Filter = everything) -> int:
    """Visit every state and return their number. Raises Violation with the moves that led to it."""
    first = begin(life, keep)
    seen: dict[Hashable, tuple[Hashable, str] | None] = {canonical(*first): None}
    queue = deque([(first, canonical(*first))])
    while queue:
        (world, device), key = queue.popleft()
        rest = True
        try:
            for move in _next_moves(world, device, life):
                rest = rest and not move.inner
                name = move.name
                after = advance(move.world, device, move.events, keep)
                after_key = canonical(*after)
                if after_key not in seen:
                    check(*after)
                    seen[after_key] = (key, name)
                    queue.append((after, after_key))
            name = "(nothing more)"
            if rest:
                check_rest(world, device)
        except Broken as broken:
            raise Violation(f"{broken}: {', '.join([*story(seen, key), name])}") from broken
    return len(seen)


def _next_moves(world: World, device: Device, life: Life) -> Iterator[Move]:
    if not world.exited:
        yield from people(world, device, life.ways)
        yield from moves(world, life.ways)


def story(seen: dict[Hashable, tuple[Hashable, str] | None], key: Hashable) -> list[str]:
    """The names of the moves that lead to a state."""
    names: list[str] = []
    while (before := seen[key]) is not None:
        key, name = before
        names.append(name)
    return names[::-1]
