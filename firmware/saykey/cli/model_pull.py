"""`saykey model pull`: the only command that uses the network to fetch a file."""

import difflib
from typing import TYPE_CHECKING

import click

from saykey.cli.progress import shown
from saykey.errors import ModelError
from saykey.models.store import catalogue, store
from saykey.models.store.card import Card, read_card

if TYPE_CHECKING:
    from saykey.models.fetch.pull import Wanted


@click.command()
@click.argument("name")
@click.option("--from", "address", metavar="ADDRESS", help="Pull from this https address instead.")
@click.option("--again", is_flag=True, help="Pull even a model that is here already.")
def pull(name: str, address: str | None, *, again: bool) -> None:
    """Fetch the model NAME of the catalogue over the network.

    If the connection breaks, the part received is kept, and the next pull resumes it. The file is
    checked before it can be used, against the catalogue's checksum. For a NAME that the catalogue
    does not have, its structure is checked, and its checksum is shown and kept.
    """
    wanted = _wanted(name, address)
    if not again and _is_here(wanted):
        click.echo(f"{name} is here already; --again pulls it anyway")
        return
    from saykey.models.fetch.pull import pull as fetched  # only a pull needs urllib3

    with shown(name) as progress:
        path, card = fetched(wanted, progress)
    if card.pinned:
        click.echo(f"no checksum was published; later downloads must have SHA-256 {card.sha256}")
    click.echo(f"{name} is in {path}; `saykey model use {name}` chooses it")


def _wanted(name: str, address: str | None) -> "Wanted":
    from saykey.models.fetch.pull import Wanted

    listed = catalogue.listed_as(store.checked_name(name))
    if listed is not None:
        card = listed.card
        return Wanted(name, address or listed.address, card, listed.size)
    if address is None:
        near = difflib.get_close_matches(name, [model.name for model in catalogue.listed()], n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ";"
        raise ModelError(
            f"the catalogue has no model {name!r}{hint} `saykey model list --all` shows it, "
            "--from ADDRESS pulls any other model"
        )
    return Wanted(name, address, _pinned_before(name, address))


def _pinned_before(name: str, address: str) -> Card:
    """The card with the checksum of the first download of this name from this address, if any."""
    if name in store.names():
        card = read_card(store.find(name))
        if card.pinned and card.origin == address:
            return card
    return Card(origin=address)


def _is_here(wanted: "Wanted") -> bool:
    if wanted.name not in store.names():
        return False
    return read_card(store.find(wanted.name)).sha256 == wanted.card.sha256 is not None
