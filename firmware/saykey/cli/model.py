"""`saykey model`: lists, shows, checks and removes models; the group of all model commands."""

import click
import msgspec

from saykey.cli.control import use_model
from saykey.cli.model_bench import bench
from saykey.cli.model_import import export, import_model
from saykey.cli.model_pull import pull
from saykey.cli.model_show import facts_of, rows, table
from saykey.errors import ModelError
from saykey.models.fetch import partial_downloads
from saykey.models.formats.file_io import named
from saykey.models.formats.open_model import opened
from saykey.models.store import store, user_store
from saykey.models.store.card import read_card
from saykey.models.store.load import image_of
from saykey.models.store.memory import megabytes


@click.group()
def command() -> None:
    """List, pull, import, check and choose speech models.

    Of these commands only `saykey model pull` uses the network.
    """


@command.command("list")
@click.option("--all", "every", is_flag=True, help="Also list the models that can be pulled.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_models(*, every: bool, as_json: bool) -> None:
    """List the models on this device."""
    found = rows(every=every)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=1))
        return
    for line in table(found):
        click.echo(line)


@command.command()
@click.argument("name")
def info(name: str) -> None:
    """Show everything known about the model NAME, on this device or in the catalogue."""
    facts = facts_of(name)
    width = max(map(len, facts))
    for key, value in facts.items():
        click.echo(f"{key.ljust(width)}  {value}")


@command.command()
@click.argument("names", nargs=-1)
def verify(names: tuple[str, ...]) -> None:
    """Check structure, weights and checksums of the models NAMES, or of all models."""
    chosen = [store.find_stored(name) for name in names] or store.stored()
    wrong = []
    for model in chosen:
        try:
            click.echo(f"{model.name}: {_verified(model)}")
        except ModelError as error:
            click.echo(f"{model.name}: wrong: {error}")
            wrong.append(model.name)
    if wrong:
        raise ModelError(f"{', '.join(wrong)}: remove and pull or import again")


def _verified(model: store.StoredModel) -> str:
    with opened(store.find(model.name)) as open_model:
        path = open_model.path
        image_of(open_model)
        known = read_card(path).sha256
        if known is None:
            return "complete; no checksum is known to compare it with"
        with named(path):
            found = user_store.checksum(open_model.files[0])
    if found != known:
        raise ModelError(f"{path} has the SHA-256 {found[:12]}…, its card says {known[:12]}…")
    return "right"


@command.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, *, yes: bool) -> None:
    """Delete the model NAME and its unfinished download from this device."""
    here = partial_downloads.unfinished()
    if name in here:
        _confirm(f"Delete the unfinished download of {name} ({megabytes(here[name])})?", yes=yes)
        partial_downloads.discard(name)
        click.echo(f"the unfinished download of {name} is removed")
        if name not in store.names():
            return
    model = store.find_stored(name)
    if model.own:
        _confirm(f"Delete {model.path} ({megabytes(model.path.stat().st_size)})?", yes=yes)
    user_store.remove(model)
    click.echo(f"{model.name} is removed")


def _confirm(question: str, *, yes: bool) -> None:
    if not yes:
        click.confirm(question, abort=True)


command.add_command(pull)
command.add_command(import_model)
command.add_command(export)
command.add_command(bench)
command.add_command(use_model, "use")
