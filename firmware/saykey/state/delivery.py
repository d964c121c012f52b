"""Delivery of pieces of text to the hosts: queued, typing, confirmed, held. Pure.

One piece is typed at a time, in the order of speech. A piece is held if its host is not up or if
its dictation was interrupted before. Its text is then kept in memory for that host, and typed only
when the user asks. The rules are in the table `pieces.PIECE`.
"""

from dataclasses import dataclass, replace

from saykey.effects import Effect, ReleaseKeys, StopTyping, TypeEdits, WakeHost
from saykey.events import TypingAdvanced, TypingPlanned, TypingStopped
from saykey.flow import Edits, Insert, inserted
from saykey.ports import Link
from saykey.state.hearing import Dictation
from saykey.state.hosts import (
    After,
    Held,
    Host,
    Hosts,
    carried_out,
    find,
    forget_interruptions,
    get,
    interrupt,
    put,
    with_held,
    with_mark,
)
from saykey.state.pieces import (
    ASKED_FOR,
    PIECE,
    Fate,
    Piece,
    Typing,
    composed,
    progressed,
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """All hosts and the text for them.

    ``target`` is the host of the next dictation. ``pieces`` is the highest number of a piece so
    far. ``unassigned`` texts are held for no host, because their host was removed.
    """

    hosts: Hosts
    target: str
    queue: tuple[Piece, ...] = ()
    typing: Typing | None = None
    pieces: int = 0
    unassigned: tuple[Held, ...] = ()


def target_of(delivery: Delivery) -> Host:
    """The host that gets the next dictation."""
    return get(delivery.hosts, delivery.target)


def busy(delivery: Delivery) -> bool:
    """Whether a piece is being typed or queued."""
    return delivery.typing is not None or bool(delivery.queue)


def offer(
    delivery: Delivery, dictation: Dictation, text: str, after: After | None = None
) -> Delivery:
    """Put text of a dictation at the end of the queue. It follows ``after``; "": only its mark."""
    number = delivery.pieces + 1
    piece = Piece(
        number,
        dictation.id,
        dictation.host,
        dictation.profile,
        (Insert(text),) if text else (),
        dictation.pressed_at,
        after=after,
    )
    return replace(delivery, queue=(*delivery.queue, piece), pieces=number)


def hold(delivery: Delivery, host: str, text: str) -> Delivery:
    """Hold one text for a host. Further text of its dictation is still typed."""
    number = delivery.pieces + 1
    return keep(replace(delivery, pieces=number), host, (Held(number, text),))


def keep(delivery: Delivery, host: str, held: tuple[Held, ...]) -> Delivery:
    """Hold these texts for this host, or for no host if this one was removed."""
    found = find(delivery.hosts, host)
    if found is None:
        return replace(delivery, unassigned=with_held(delivery.unassigned, held))
    hosts = put(delivery.hosts, replace(found, held=with_held(found.held, held)))
    return replace(delivery, hosts=hosts)


def wake(delivery: Delivery) -> tuple[Effect, ...]:
    """Wake the target if it sleeps, once, when a dictation begins. It is then up in time."""
    target = target_of(delivery)
    return (WakeHost(target.name),) if target.link is Link.ASLEEP else ()


def cancel(delivery: Delivery) -> tuple[Delivery, tuple[Effect, ...]]:
    """Stop typing at once and drop the queue. Held text that was in it is held again."""
    if delivery.typing is not None:
        delivery = replace(delivery, typing=replace(delivery.typing, cancelled=True))
    return stop(_unqueue(delivery, "cancelled"))


def put_away(delivery: Delivery) -> Delivery:
    """Hold all queued text, as at the shutdown."""
    return _unqueue(delivery, "shutdown")


def _unqueue(delivery: Delivery, why: str) -> Delivery:
    queue, delivery = delivery.queue, replace(delivery, queue=())
    for piece in queue:
        if PIECE[Fate.QUEUED, _cue(piece, why)] is Fate.HELD:
            delivery = _hold_queued(delivery, piece)
    return delivery


def _cue(piece: Piece, why: str) -> str:
    asked_for = piece.dictation == ASKED_FOR
    return "asked-for text cancelled" if asked_for and why == "cancelled" else why


def stop(delivery: Delivery) -> tuple[Delivery, tuple[Effect, ...]]:
    """Stop the piece that is being typed, if there is one."""
    typing = delivery.typing
    if typing is None or typing.stopping:
        return delivery, ()
    return replace(delivery, typing=replace(typing, stopping=True)), (StopTyping(typing.id),)


def told(delivery: Delivery, event: TypingPlanned | TypingAdvanced) -> Delivery:
    """Note the typist's report: how long a piece is, or how much of it is typed."""
    return replace(delivery, typing=progressed(delivery.typing, event))


def finished(delivery: Delivery, number: int, now: int) -> Delivery:
    """Note that the whole piece was typed."""
    typing = delivery.typing
    if typing is None or typing.id != number:
        return delivery
    return _typed(delivery, typing, typing.edits, now)


def stopped(
    delivery: Delivery, end: TypingStopped, now: int
) -> tuple[Delivery, tuple[Effect, ...]]:
    """Note that typing ended early. Hold all text that may not have arrived, unless cancelled."""
    typing = delivery.typing
    if typing is None or typing.id != end.piece:
        return delivery, ()
    piece = typing.piece
    delivery = _typed(delivery, typing, end.typed, now)
    fate = PIECE[Fate.TYPING, _cue(piece, "cancelled" if typing.cancelled else "stopped")]
    if fate is Fate.HELD:
        if end.typed or end.doubtful:
            text, doubtful = inserted((*end.doubtful, *end.rest)), len(inserted(end.doubtful))
            follows = piece.number if end.typed else piece.follows
            delivery = _hold_piece(delivery, piece, Held(piece.number, text, doubtful, follows))
        else:
            delivery = _hold_queued(delivery, piece)
    host = find(delivery.hosts, piece.host)
    return delivery, (ReleaseKeys(host.name),) if host is not None and host.open else ()


def _typed(delivery: Delivery, typing: Typing, edits: Edits, now: int) -> Delivery:
    piece, delivery = typing.piece, replace(delivery, typing=None)
    host = find(delivery.hosts, piece.host)
    if host is None:
        return delivery
    done = carried_out(host, piece.number, piece.dictation, edits, now)
    return replace(delivery, hosts=put(delivery.hosts, done))


def begin(delivery: Delivery, join_ns: int) -> tuple[Delivery, tuple[Effect, ...]]:
    """Type the first queued piece whose host is up. Hold the pieces before it."""
    while delivery.typing is None and delivery.queue:
        piece = delivery.queue[0]
        delivery = replace(delivery, queue=delivery.queue[1:])
        host = find(delivery.hosts, piece.host)
        cue = "host up" if host is not None and host.link is Link.UP else "host not up"
        if host is not None and piece.dictation in host.interrupted:
            cue = "dictation interrupted"
        if host is None or PIECE[Fate.QUEUED, cue] is Fate.HELD:
            delivery = _hold_queued(delivery, piece)
            continue
        edits = composed(piece, host, join_ns)
        if not edits:  # PIECE: "mark without its words"
            continue
        delivery = replace(delivery, typing=Typing(piece, edits))
        return delivery, (TypeEdits(piece.number, piece.host, piece.profile, edits),)
    return delivery, ()


def forget_interrupted(delivery: Delivery, alive: frozenset[int]) -> Delivery:
    """Forget the interruptions of dictations that are recognised and typed completely.

    ``alive`` are the dictations that are still being recognised.
    """
    if not any(each.interrupted for each in delivery.hosts):
        return delivery
    alive |= {p.dictation for p in delivery.queue}
    if delivery.typing is not None:
        alive |= {delivery.typing.piece.dictation}
    return replace(delivery, hosts=forget_interruptions(delivery.hosts, alive))


def _hold_queued(delivery: Delivery, piece: Piece) -> Delivery:
    """Hold a piece of which nothing was typed. The mark before it stays with its words if held."""
    after = piece.after
    texts = (*delivery.unassigned, *(held for host in delivery.hosts for held in host.held))
    if after is not None and any(held.number == after.piece for held in texts):
        hosts = tuple(replace(h, held=with_mark(h.held, after)) for h in delivery.hosts)
        unassigned = with_mark(delivery.unassigned, after)
        delivery = replace(delivery, hosts=hosts, unassigned=unassigned)
        after = replace(after, mark="")
    held = Held(piece.number, inserted(piece.edits), follows=piece.follows, after=after)
    return _hold_piece(delivery, piece, held)


def _hold_piece(delivery: Delivery, piece: Piece, held: Held) -> Delivery:
    """Hold this text of a piece, and mark the dictation: all its further text is held too.

    A piece that is only a mark is dropped: its words were typed.
    """
    if piece.edits and held.text:
        delivery = keep(delivery, piece.host, (held,))
    if piece.dictation == ASKED_FOR:
        return delivery
    marked = interrupt(delivery.hosts, piece.host, frozenset({piece.dictation}))
    return replace(delivery, hosts=marked)
