"""Pure state of the computers: link, lock lights, and the text held for each.

Held text stays in memory, as text: it is planned anew for the host's layout when it is typed.
"""

from dataclasses import dataclass, field, replace

from saykey.ports import Link

CONTEXT = 80
"""Characters of confirmed text remembered per host; enough to see where a sentence began."""


@dataclass(frozen=True, slots=True)
class Held:
    """Text kept for a host. Its first ``doubtful`` characters may stand on the host already.

    ``exact``: it goes on in the middle of what was typed, so nothing may come between.
    """

    text: str = field(repr=False)
    doubtful: int = 0
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Host:
    """A computer. ``interrupted``: dictations whose further text is held.

    ``before`` is the end of what was typed for ``dictation``, the last one at ``typed_at`` (ns).
    """

    name: str
    link: Link = Link.UNKNOWN
    leds: int | None = None
    held: tuple[Held, ...] = ()
    interrupted: frozenset[int] = frozenset()
    before: str = field(repr=False, default="")
    dictation: int = 0
    typed_at: int | None = None


Hosts = tuple[Host, ...]


def get(hosts: Hosts, name: str) -> Host:
    """The host of that name. Raises KeyError for a name no event should carry."""
    for each in hosts:
        if each.name == name:
            return each
    raise KeyError(name)


def put(hosts: Hosts, changed: Host) -> Hosts:
    """The hosts with this one in the place of its former self."""
    return tuple(changed if h.name == changed.name else h for h in hosts)


def keep(hosts: Hosts, name: str, held: Held) -> Hosts:
    """Hold one more text for this host, behind what is held already."""
    host = get(hosts, name)
    return put(hosts, replace(host, held=(*host.held, held)))


def interrupt(hosts: Hosts, name: str, dictations: frozenset[int]) -> Hosts:
    """Have all further text of these dictations held."""
    host = get(hosts, name)
    return put(hosts, replace(host, interrupted=host.interrupted | dictations))


def forget_interruptions(hosts: Hosts, alive: frozenset[int]) -> Hosts:
    """Dictations that are over need no mark any more."""
    return tuple(
        h if h.interrupted <= alive else replace(h, interrupted=h.interrupted & alive)
        for h in hosts
    )


def typed(hosts: Hosts, name: str, text: str, dictation: int, now: int) -> Hosts:
    """This text stands on the host since ``now`` (ns)."""
    host = get(hosts, name)
    before = (host.before + text)[-CONTEXT:]
    return put(hosts, replace(host, before=before, dictation=dictation, typed_at=now))
