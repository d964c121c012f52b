"""State of the links to the hosts, and the adding, changing and removing of hosts. Pure.

Hosts may share a transport, such as a cable that is plugged into one computer after another. At
most one of them is open: the target, or otherwise the one that was open before.
"""

from dataclasses import replace

from saykey.effects import CloseLink, Effect, OpenLink, ReleaseKeys
from saykey.ports import Link
from saykey.settings.schema import HostSettings
from saykey.state.delivery import Delivery, keep, stop
from saykey.state.dictation import alive_for
from saykey.state.hearing import Hearing
from saykey.state.hosts import Host, find, get, interrupt, put
from saykey.state.pieces import ASKED_FOR

Changed = tuple[Delivery, tuple[Effect, ...]]


def link_changed(delivery: Delivery, name: str, link: Link, hearing: Hearing) -> Changed:
    """Note the new state of a host's link. Late reports of a host that is closed change nothing.

    All text that is in flight when a link drops is held, even if the link returns at once. A host
    that comes back gets the all-zero report first, because it may still hold a key down.
    """
    host = find(delivery.hosts, name)
    if host is None or not host.open:
        return delivery, ()
    delivery = replace(delivery, hosts=put(delivery.hosts, replace(host, link=link)))
    if link is Link.UP:
        return delivery, (ReleaseKeys(name),)
    return _broken_off(delivery, name, hearing)


def _broken_off(delivery: Delivery, name: str, hearing: Hearing) -> Changed:
    """Stop typing to this host, and hold all text in flight for it."""
    on_its_way = frozenset(p.dictation for p in delivery.queue if p.host == name)
    typing = delivery.typing
    broken = typing is not None and typing.piece.host == name
    if typing is not None and broken:
        on_its_way |= {typing.piece.dictation}
    dictations = alive_for(hearing, name) | on_its_way - {ASKED_FOR}
    delivery = replace(delivery, hosts=interrupt(delivery.hosts, name, dictations))
    return stop(delivery) if broken else (delivery, ())


def leds_changed(delivery: Delivery, name: str, leds: int) -> Delivery:
    """Note the lock LEDs of a host."""
    host = find(delivery.hosts, name)
    if host is None or not host.open:
        return delivery
    return replace(delivery, hosts=put(delivery.hosts, replace(host, leds=leds)))


def use_host(delivery: Delivery, name: str, hearing: Hearing) -> Changed:
    """Send further dictations to this host."""
    return opened(replace(delivery, target=name), hearing)


def added(delivery: Delivery, settings: HostSettings, hearing: Hearing) -> Changed:
    """Add a host. Dictations for a removed host of the same name are not typed into it."""
    host = Host(settings, interrupted=alive_for(hearing, settings.name))
    return opened(replace(delivery, hosts=(*delivery.hosts, host)), hearing)


def forgotten(delivery: Delivery, name: str, hearing: Hearing) -> Changed:
    """Remove a host: release its keys, and hold its text for no host."""
    delivery, effects = _closed(delivery, get(delivery.hosts, name), hearing)
    held = get(delivery.hosts, name).held
    left = tuple(each for each in delivery.hosts if each.name != name)
    target = left[0].name if delivery.target == name else delivery.target
    delivery = keep(replace(delivery, hosts=left, target=target), name, held)
    delivery, more = opened(delivery, hearing)
    return delivery, effects + more


def changed(delivery: Delivery, name: str, settings: HostSettings, hearing: Hearing) -> Changed:
    """Give a host other settings. If its name or transport changed, its link is opened again."""
    host, effects = get(delivery.hosts, name), tuple[Effect, ...]()
    if (settings.name, settings.transport) != (name, host.settings.transport):
        delivery, effects = _closed(delivery, host, hearing)
        host = get(delivery.hosts, name)
    new = replace(host, settings=settings)
    hosts = tuple(new if each.name == name else each for each in delivery.hosts)
    queue = tuple(replace(p, host=settings.name) if p.host == name else p for p in delivery.queue)
    typing = delivery.typing
    if typing is not None and typing.piece.host == name:
        typing = replace(typing, piece=replace(typing.piece, host=settings.name))
    target = settings.name if delivery.target == name else delivery.target
    delivery = replace(delivery, hosts=hosts, queue=queue, typing=typing, target=target)
    delivery, more = opened(delivery, hearing)
    return delivery, effects + more


def opened(delivery: Delivery, hearing: Hearing) -> Changed:
    """Open one host of each transport, and close all others."""
    effects: tuple[Effect, ...] = ()
    chosen = _chosen(delivery)
    for host in delivery.hosts:
        if host.open and host.name not in chosen:
            delivery, closing = _closed(delivery, host, hearing)
            effects += closing
    for host in delivery.hosts:
        if host.name in chosen and not host.open:
            up = replace(host, open=True, link=Link.UNKNOWN)
            delivery = replace(delivery, hosts=put(delivery.hosts, up))
            effects += (OpenLink(host.settings),)
    return delivery, effects


def _chosen(delivery: Delivery) -> frozenset[str]:
    by_transport: dict[str, Host] = {}
    for host in delivery.hosts:
        other = by_transport.setdefault(host.settings.transport, host)
        if host.name == delivery.target or (host.open and other.name != delivery.target):
            by_transport[host.settings.transport] = host
    return frozenset(host.name for host in by_transport.values())


def _closed(delivery: Delivery, host: Host, hearing: Hearing) -> Changed:
    if not host.open:
        return delivery, ()
    shut = replace(host, open=False, link=Link.DOWN, leds=None)
    delivery = replace(delivery, hosts=put(delivery.hosts, shut))
    delivery, effects = _broken_off(delivery, host.name, hearing)
    return delivery, (*effects, CloseLink(host.name))
