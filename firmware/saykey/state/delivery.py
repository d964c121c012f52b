"""Pure state of text on its way to the hosts: queued, typing, confirmed, held.

One piece is typed at a time, in the order of speech. A piece whose host is not up, or whose
dictation was interrupted before, is held: kept as text for that host, in memory, and typed only
when the user asks. The rules are the table `pieces.PIECE`.
"""

from dataclasses import dataclass, replace

from saykey.effects import Effect, PressKeys, ReleaseKeys, StopTyping, TypeText, WakeHost
from saykey.events import TypingAdvanced, TypingPlanned, TypingStopped
from saykey.flow import Stroke
from saykey.ports import Link
from saykey.state import hosts as computers
from saykey.state.hosts import Held, Hosts
from saykey.state.pieces import ASKED_FOR, PIECE, Fate, Piece, Typing, progressed
from saykey.text.joining import join


@dataclass(frozen=True, slots=True)
class Delivery:
    """All hosts; ``target`` gets the next dictation."""

    hosts: Hosts
    target: str
    queue: tuple[Piece, ...] = ()
    typing: Typing | None = None
    pieces: int = 0


def busy(delivery: Delivery) -> bool:
    """Whether anything is typed or about to be."""
    return delivery.typing is not None or bool(delivery.queue)


def offer(delivery: Delivery, piece: Piece) -> Delivery:
    """Text to be typed, behind all that is queued."""
    return replace(delivery, queue=(*delivery.queue, piece))


def hold(delivery: Delivery, host: str, text: str) -> Delivery:
    """Keep text for a host without holding up the dictation it is from."""
    return replace(delivery, hosts=computers.keep(delivery.hosts, host, Held(text)))


def wake(delivery: Delivery) -> tuple[Effect, ...]:
    """A dictation begins: a sleeping host is woken now, once, so that it is up in time."""
    target = computers.get(delivery.hosts, delivery.target)
    return (WakeHost(target.name),) if target.link is Link.ASLEEP else ()


def link_changed(
    delivery: Delivery, host: str, link: Link, alive: frozenset[int]
) -> tuple[Delivery, tuple[Effect, ...]]:
    """A host came or went. ``alive``: dictations for this host still being heard.

    Whatever is on its way when a link drops is held from there on, also if it is back at once.
    A host that comes back gets the all-zero report first: it may remember a key as down.
    """
    changed = replace(computers.get(delivery.hosts, host), link=link)
    delivery = replace(delivery, hosts=computers.put(delivery.hosts, changed))
    if link is Link.UP:
        return delivery, (ReleaseKeys(host),)
    on_its_way = frozenset(p.dictation for p in delivery.queue if p.host == host)
    typing = delivery.typing
    broken = typing is not None and typing.piece.host == host
    if typing is not None and broken:
        on_its_way |= {typing.piece.dictation}
    marked = computers.interrupt(delivery.hosts, host, alive | on_its_way - {ASKED_FOR})
    delivery = replace(delivery, hosts=marked)
    return _stop(delivery) if broken else (delivery, ())


def leds_changed(delivery: Delivery, host: str, leds: int) -> Delivery:
    """A host set its lock lights."""
    changed = replace(computers.get(delivery.hosts, host), leds=leds)
    return replace(delivery, hosts=computers.put(delivery.hosts, changed))


def cancel(delivery: Delivery) -> tuple[Delivery, tuple[Effect, ...]]:
    """Stop typing at once and drop what is queued; held text that was asked for is held again."""
    if delivery.typing is not None:
        delivery = replace(delivery, typing=replace(delivery.typing, cancelled=True))
    return _stop(_unqueue(delivery, "cancelled"))


def put_away(delivery: Delivery) -> tuple[Delivery, tuple[Effect, ...]]:
    """The service ends: stop typing and hold what is left."""
    return _stop(_unqueue(delivery, "shutdown"))


def _unqueue(delivery: Delivery, why: str) -> Delivery:
    hosts = delivery.hosts
    for piece in delivery.queue:
        if PIECE[Fate.QUEUED, _cue(piece, why)] is Fate.HELD:
            hosts = computers.keep(hosts, piece.host, Held(piece.text, exact=piece.exact))
    return replace(delivery, hosts=hosts, queue=())


def _cue(piece: Piece, why: str) -> str:
    asked_for = piece.dictation == ASKED_FOR
    return "asked-for text cancelled" if asked_for and why == "cancelled" else why


def _stop(delivery: Delivery) -> tuple[Delivery, tuple[Effect, ...]]:
    typing = delivery.typing
    if typing is None or typing.stopping:
        return delivery, ()
    return replace(delivery, typing=replace(typing, stopping=True)), (StopTyping(typing.id),)


def held_wanted(delivery: Delivery) -> Delivery:
    """Queue all text held for the target, as one piece; only when idle and the host is up."""
    target = computers.get(delivery.hosts, delivery.target)
    if busy(delivery) or target.link is not Link.UP or not target.held:
        return delivery
    text = ""
    for held in target.held:
        text += held.text if held.exact else join(text, held.text)
    delivery = replace(delivery, hosts=computers.put(delivery.hosts, replace(target, held=())))
    return offer(delivery, Piece(ASKED_FOR, target.name, text, exact=True))


def held_dropped(delivery: Delivery) -> Delivery:
    """Forget all text held for the target."""
    target = replace(computers.get(delivery.hosts, delivery.target), held=())
    return replace(delivery, hosts=computers.put(delivery.hosts, target))


def use_host(delivery: Delivery, host: str) -> Delivery:
    """Send further dictations to this host; an unknown name changes nothing."""
    known = any(each.name == host for each in delivery.hosts)
    return replace(delivery, target=host) if known else delivery


def keys_wanted(
    delivery: Delivery, strokes: tuple[Stroke, ...]
) -> tuple[Delivery, tuple[Effect, ...]]:
    """Press these keys on the target, as a piece without text; only when idle and it is up."""
    target = computers.get(delivery.hosts, delivery.target)
    if busy(delivery) or target.link is not Link.UP:
        return delivery, ()
    number = delivery.pieces + 1
    typing = Typing(number, Piece(ASKED_FOR, target.name, ""), "")
    delivery = replace(delivery, typing=typing, pieces=number)
    return delivery, (PressKeys(number, target.name, strokes),)


def told(delivery: Delivery, event: TypingPlanned | TypingAdvanced) -> Delivery:
    """The typist tells how long a piece is, or how far it got."""
    return replace(delivery, typing=progressed(delivery.typing, event))


def finished(delivery: Delivery, number: int, now: int) -> Delivery:
    """The whole piece stands on the host."""
    typing = delivery.typing
    if typing is None or typing.id != number:
        return delivery
    return _typed(delivery, typing, typing.text, now)


def stopped(
    delivery: Delivery, end: TypingStopped, now: int
) -> tuple[Delivery, tuple[Effect, ...]]:
    """Typing ended early: what is not surely typed is held, unless it was cancelled."""
    typing = delivery.typing
    if typing is None or typing.id != end.piece:
        return delivery, ()
    piece = typing.piece
    delivery = _typed(delivery, typing, end.typed, now)
    fate = PIECE[Fate.TYPING, _cue(piece, "cancelled" if typing.cancelled else "stopped")]
    if fate is Fate.HELD and end.doubtful + end.rest:
        exact = piece.exact or bool(end.typed) or bool(end.doubtful)
        text = end.doubtful + end.rest if exact else piece.text
        delivery = _hold(delivery, piece, Held(text, len(end.doubtful), exact))
    return delivery, (ReleaseKeys(piece.host),)


def _typed(delivery: Delivery, typing: Typing, text: str, now: int) -> Delivery:
    delivery = replace(delivery, typing=None)
    if not text:
        return delivery
    piece = typing.piece
    hosts = computers.typed(delivery.hosts, piece.host, text, piece.dictation, now)
    return replace(delivery, hosts=hosts)


def begin(delivery: Delivery) -> tuple[Delivery, tuple[Effect, ...]]:
    """Type the first queued piece whose host can take it, and hold those before it."""
    while delivery.typing is None and delivery.queue:
        piece = delivery.queue[0]
        delivery = replace(delivery, queue=delivery.queue[1:])
        target = computers.get(delivery.hosts, piece.host)
        cue = "host up" if target.link is Link.UP else "host not up"
        if piece.dictation in target.interrupted:
            cue = "dictation interrupted"
        if PIECE[Fate.QUEUED, cue] is Fate.HELD:
            delivery = _hold(delivery, piece, Held(piece.text, exact=piece.exact))
            continue
        goes_on = piece.joins or target.dictation == piece.dictation
        text = piece.text if piece.exact else join(target.before if goes_on else "", piece.text)
        number = delivery.pieces + 1
        delivery = replace(delivery, typing=Typing(number, piece, text), pieces=number)
        return delivery, (TypeText(number, piece.host, text),)
    return delivery, ()


def forget_interruptions(delivery: Delivery, alive: frozenset[int]) -> Delivery:
    """Dictations that are heard and typed to the end need no mark any more."""
    if not any(each.interrupted for each in delivery.hosts):
        return delivery
    alive |= {p.dictation for p in delivery.queue}
    if delivery.typing is not None:
        alive |= {delivery.typing.piece.dictation}
    return replace(delivery, hosts=computers.forget_interruptions(delivery.hosts, alive))


def _hold(delivery: Delivery, piece: Piece, held: Held) -> Delivery:
    hosts = computers.keep(delivery.hosts, piece.host, held)
    if piece.dictation != ASKED_FOR:
        hosts = computers.interrupt(hosts, piece.host, frozenset({piece.dictation}))
    return replace(delivery, hosts=hosts)
