"""Pure state of pieces on their way to the hosts: queued, typing, confirmed, held.

One piece is typed at a time, in the order of speech. A piece whose host is not up, or whose
dictation was interrupted before, is held: its text is kept for that host, in memory, and typed
only when the user asks. The rules are the table `pieces.PIECE`.
"""

from dataclasses import dataclass, replace

from saykey.effects import Effect, ReleaseKeys, StopTyping, TypeEdits, WakeHost
from saykey.events import TypingAdvanced, TypingPlanned, TypingStopped
from saykey.flow import Edits, Insert, Press, Stroke, inserted
from saykey.ports import Link
from saykey.state.hearing import Dictation
from saykey.state.hosts import (
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
)
from saykey.state.pieces import ASKED_FOR, PIECE, Fate, Piece, Typing, composed, progressed


@dataclass(frozen=True, slots=True)
class Delivery:
    """All hosts; ``target`` gets the next dictation. ``pieces`` numbers were given so far.

    ``unassigned`` texts are held for no host: theirs was forgotten.
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
    """Whether anything is typed or about to be."""
    return delivery.typing is not None or bool(delivery.queue)


def offer(delivery: Delivery, dictation: Dictation, text: str) -> Delivery:
    """Text of a dictation to be typed, behind all that is queued."""
    number = delivery.pieces + 1
    edits = (Insert(text),)
    piece = Piece(
        number, dictation.id, dictation.host, dictation.profile, edits, dictation.pressed_at
    )
    return replace(delivery, queue=(*delivery.queue, piece), pieces=number)


def hold(delivery: Delivery, host: str, text: str) -> Delivery:
    """Keep text for a host without holding up the dictation it is from."""
    number = delivery.pieces + 1
    return keep(replace(delivery, pieces=number), host, (Held(number, text),))


def keep(delivery: Delivery, host: str, held: tuple[Held, ...]) -> Delivery:
    """Hold these texts for this host; for none, if it was forgotten."""
    found = find(delivery.hosts, host)
    if found is None:
        return replace(delivery, unassigned=with_held(delivery.unassigned, held))
    hosts = put(delivery.hosts, replace(found, held=with_held(found.held, held)))
    return replace(delivery, hosts=hosts)


def wake(delivery: Delivery) -> tuple[Effect, ...]:
    """A dictation begins: a sleeping host is woken now, once, so that it is up in time."""
    target = target_of(delivery)
    return (WakeHost(target.name),) if target.link is Link.ASLEEP else ()


def cancel(delivery: Delivery) -> tuple[Delivery, tuple[Effect, ...]]:
    """Stop typing at once and drop what is queued; held text that was asked for is held again."""
    if delivery.typing is not None:
        delivery = replace(delivery, typing=replace(delivery.typing, cancelled=True))
    return stop(_unqueue(delivery, "cancelled"))


def put_away(delivery: Delivery) -> tuple[Delivery, tuple[Effect, ...]]:
    """The service ends: stop typing and hold what is left."""
    return stop(_unqueue(delivery, "shutdown"))


def _unqueue(delivery: Delivery, why: str) -> Delivery:
    queue, delivery = delivery.queue, replace(delivery, queue=())
    for piece in queue:
        if PIECE[Fate.QUEUED, _cue(piece, why)] is Fate.HELD:
            delivery = _hold_piece(delivery, piece, piece.edits, follows=piece.follows)
    return delivery


def _cue(piece: Piece, why: str) -> str:
    asked_for = piece.dictation == ASKED_FOR
    return "asked-for text cancelled" if asked_for and why == "cancelled" else why


def stop(delivery: Delivery) -> tuple[Delivery, tuple[Effect, ...]]:
    """End the piece that is being typed, if one is."""
    typing = delivery.typing
    if typing is None or typing.stopping:
        return delivery, ()
    return replace(delivery, typing=replace(typing, stopping=True)), (StopTyping(typing.id),)


def held_wanted(delivery: Delivery, now: int) -> Delivery:
    """Queue all text held for the target, asked for at ``now`` (ns)."""
    target = target_of(delivery)
    delivery = replace(delivery, hosts=put(delivery.hosts, replace(target, held=())))
    for held in target.held:
        edits = (Insert(held.text),)
        delivery = _ask_for(delivery, edits, now, follows=held.follows)
    return delivery


def keys_wanted(delivery: Delivery, strokes: tuple[Stroke, ...], now: int) -> Delivery:
    """Queue these keys for the target, asked for at ``now`` (ns)."""
    return _ask_for(delivery, tuple(Press(stroke) for stroke in strokes), now)


def _ask_for(delivery: Delivery, edits: Edits, now: int, follows: int | None = None) -> Delivery:
    number, target = delivery.pieces + 1, target_of(delivery)
    piece = Piece(number, ASKED_FOR, target.name, target.settings, edits, now, follows)
    return replace(delivery, queue=(*delivery.queue, piece), pieces=number)


def held_dropped(delivery: Delivery) -> Delivery:
    """Forget all text held for the target, and for no host."""
    target = replace(target_of(delivery), held=())
    return replace(delivery, hosts=put(delivery.hosts, target), unassigned=())


def held_moved(delivery: Delivery, host: str) -> Delivery:
    """Hold for this host what is held for none."""
    return keep(replace(delivery, unassigned=()), host, delivery.unassigned)


def told(delivery: Delivery, event: TypingPlanned | TypingAdvanced) -> Delivery:
    """The typist reports how long a piece is, or how far it got."""
    return replace(delivery, typing=progressed(delivery.typing, event))


def finished(delivery: Delivery, number: int, now: int) -> Delivery:
    """The whole piece stands on the host."""
    typing = delivery.typing
    if typing is None or typing.id != number:
        return delivery
    return _typed(delivery, typing, typing.edits, now)


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
    if fate is Fate.HELD:
        rest = (*end.doubtful, *end.rest)
        doubtful = len(inserted(end.doubtful))
        if end.typed:
            delivery = _hold_piece(delivery, piece, rest, doubtful, follows=piece.number)
        else:
            delivery = _hold_piece(delivery, piece, rest, doubtful, follows=piece.follows)
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
    """Type the first queued piece whose host can take it, and hold those before it."""
    while delivery.typing is None and delivery.queue:
        piece = delivery.queue[0]
        delivery = replace(delivery, queue=delivery.queue[1:])
        host = find(delivery.hosts, piece.host)
        cue = "host up" if host is not None and host.link is Link.UP else "host not up"
        if host is not None and piece.dictation in host.interrupted:
            cue = "dictation interrupted"
        if host is None or PIECE[Fate.QUEUED, cue] is Fate.HELD:
            delivery = _hold_piece(delivery, piece, piece.edits, follows=piece.follows)
            continue
        edits = composed(piece, host, join_ns)
        delivery = replace(delivery, typing=Typing(piece, edits))
        return delivery, (TypeEdits(piece.number, piece.host, piece.profile, edits),)
    return delivery, ()


def forget_marks(delivery: Delivery, alive: frozenset[int]) -> Delivery:
    """Dictations that are heard and typed to the end need no mark of interruption any more."""
    if not any(each.interrupted for each in delivery.hosts):
        return delivery
    alive |= {p.dictation for p in delivery.queue}
    if delivery.typing is not None:
        alive |= {delivery.typing.piece.dictation}
    return replace(delivery, hosts=forget_interruptions(delivery.hosts, alive))


def _hold_piece(
    delivery: Delivery, piece: Piece, edits: Edits, doubtful: int = 0, *, follows: int | None
) -> Delivery:
    """Keep the text of these edits, and have all further text of the dictation held."""
    if text := inserted(edits):
        held = Held(piece.number, text, doubtful, follows)
        delivery = keep(delivery, piece.host, (held,))
    if piece.dictation == ASKED_FOR:
        return delivery
    marked = interrupt(delivery.hosts, piece.host, frozenset({piece.dictation}))
    return replace(delivery, hosts=marked)
