"""Held text that the user asks for, drops or moves, and keys that are asked for. Pure."""

from dataclasses import replace

from saykey.flow import Edits, Insert, Press, Stroke
from saykey.state.delivery import Delivery, keep, target_of
from saykey.state.hosts import Held, Host, put
from saykey.state.pieces import ASKED_FOR, Piece


def held_wanted(delivery: Delivery, now: int) -> Delivery:
    """Queue all text held for the target. The user asked for it at ``now`` (ns).

    The pieces keep the numbers of the held texts, by which other pieces refer to them.
    """
    target = target_of(delivery)
    delivery = replace(delivery, hosts=put(delivery.hosts, replace(target, held=())))
    asked = tuple(
        _piece(target, held.number, (Insert(held.text),), now, held) for held in target.held
    )
    return replace(delivery, queue=(*delivery.queue, *asked))


def keys_wanted(delivery: Delivery, strokes: tuple[Stroke, ...], now: int) -> Delivery:
    """Queue these keys for the target. The user asked for them at ``now`` (ns)."""
    number, edits = delivery.pieces + 1, tuple(Press(stroke) for stroke in strokes)
    piece = _piece(target_of(delivery), number, edits, now)
    return replace(delivery, queue=(*delivery.queue, piece), pieces=number)


def _piece(target: Host, number: int, edits: Edits, now: int, held: Held | None = None) -> Piece:
    follows, after = (None, None) if held is None else (held.follows, held.after)
    return Piece(
        number, ASKED_FOR, target.name, target.settings, edits, now, follows=follows, after=after
    )


def droppable(delivery: Delivery) -> frozenset[int]:
    """The numbers of all texts held for the target or for no host."""
    return frozenset(held.number for held in (*target_of(delivery).held, *delivery.unassigned))


def held_dropped(delivery: Delivery) -> Delivery:
    """Forget all text held for the target or for no host."""
    target = replace(target_of(delivery), held=())
    return replace(delivery, hosts=put(delivery.hosts, target), unassigned=())


def held_moved(delivery: Delivery, host: str) -> Delivery:
    """Hold for this host all text that is held for no host."""
    return keep(replace(delivery, unassigned=()), host, delivery.unassigned)
