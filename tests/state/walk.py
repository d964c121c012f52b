"""The exhaustive walk: every order of everything that may happen, within bounds."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from laws import check, check_answer, check_rest
from world import Broken, Machine, World, moves, perform

from saykey import effects as fx
from saykey import events as ev
from saykey.ports import Link
from saykey.settings.schema import HostSettings, RecognizerSettings, Settings
from saykey.state.device import Counters, Device, initial
from saykey.state.step import step

Filter = Callable[[ev.Event, fx.Effect], bool]
State = tuple[World, Device]


@dataclass(frozen=True)
class Bounds:
    """How much a life may hold: presses of the button, phrases spoken, disturbances."""

    presses: int
    phrases: int
    luck: int


class Violation(AssertionError):
    """A rule was broken; the message is the shortest story that leads there."""


def begin(bounds: Bounds) -> State:
    """Two hosts, the first up, the second asleep; the model is loaded."""
    settings = Settings(
        recognizer=RecognizerSettings(doubtful="hold"),
        host=(HostSettings(name="desk"), HostSettings(name="couch")),
    )
    device, done = initial(settings)
    model = next(effect.name for effect in done if isinstance(effect, fx.LoadModel))
    links = {"desk": Link.UP, "couch": Link.ASLEEP}
    first = (ev.ModelReady(model), *(ev.LinkChanged(name, link) for name, link in links.items()))
    for event in first:
        device, _ = step(device, event, 0)
    machines = tuple(Machine(name, link, told=link) for name, link in links.items())
    return World(bounds.luck, bounds.presses, bounds.phrases, machines, model), device


def advance(world: World, device: Device, event: ev.Event, keep: Filter) -> State:
    """One step of the device in its world. Raises Broken."""
    device, done = step(device, event, 0)
    done = tuple(effect for effect in done if keep(event, effect))
    check_answer(device, event, done)
    for effect in done:
        world = perform(world, device, effect)
    check(world, device)
    return world, device


def canonical(world: World, device: Device) -> State:
    """The pair without what makes no difference to what can happen next."""
    hosts = tuple(replace(h, before="", typed_at=None, dictation=0) for h in device.delivery.hosts)
    final = dict(world.final)
    heard = frozenset((p, r) for p, r in world.heard if final.get(p, r) == r)
    return replace(world, heard=heard), replace(
        device,
        heard="",
        level_db=0.0,
        counters=Counters(),
        delivery=replace(device.delivery, hosts=hosts),
        hearing=replace(device.hearing, late=0, pauses=()),
    )


def everything(_event: ev.Event, _effect: fx.Effect) -> bool:
    """Keep every effect."""
    return True


def walk(bounds: Bounds, keep: Filter = everything) -> int:
    """Visit every state and return their number. Raises Violation with the story that broke it."""
    first = begin(bounds)
    seen: dict[State, tuple[State, str] | None] = {canonical(*first): None}
    queue = deque([(first, canonical(*first))])
    while queue:
        (world, device), key = queue.popleft()
        rest = True
        try:
            for move in moves(world, device):
                rest = rest and not move.inner
                name = move.name
                after = advance(move.world, device, move.event, keep)
                after_key = canonical(*after)
                if after_key not in seen:
                    seen[after_key] = (key, name)
                    queue.append((after, after_key))
            name = "(nothing more)"
            if rest:
                check_rest(world, device)
        except Broken as broken:
            raise Violation(f"{broken}: {', '.join([*story(seen, key), name])}") from broken
    return len(seen)


def story(seen: dict[State, tuple[State, str] | None], key: State) -> list[str]:
    """The names of the moves that lead to a state."""
    names: list[str] = []
    while (before := seen[key]) is not None:
        key, name = before
        names.append(name)
    return names[::-1]
