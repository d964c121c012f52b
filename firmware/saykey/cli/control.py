"""Commands that talk to the running saykey over its control socket."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from saykey.control.client import ControlClient
from saykey.control.status import Status, in_words
from saykey.settings.load import load

Command = Callable[..., None]


def _reaching(command: Command) -> Command:
    """Add the options that select the running saykey. The command gets the path of its socket."""

    def with_path(config: Path | None, socket: Path | None, **rest: Any) -> None:
        command(path=socket or Path(load(config).control.socket), **rest)

    with_path.__doc__ = command.__doc__
    with_path.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    config_option = click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Settings file that names the socket.",
    )
    socket_option = click.option(
        "--socket",
        type=click.Path(path_type=Path),
        metavar="PATH",
        help="Control socket; takes precedence over --config.",
    )
    return config_option(socket_option(with_path))


_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per line.")
_text = click.option("--text", is_flag=True, help="With --json: include the held text.")


def _held_text(*, text: bool, as_json: bool) -> bool:
    if text and not as_json:
        raise click.UsageError("--text shows in JSON only; add --json")
    return text


def _show(status: Status, *, as_json: bool) -> None:
    click.echo(msgspec.json.encode(status) if as_json else in_words(status))


@click.command()
@_json
@_text
@_reaching
def status(path: Path, *, as_json: bool, text: bool) -> None:
    """Show what the running saykey is doing, on one line."""
    text = _held_text(text=text, as_json=as_json)
    with ControlClient(path) as client:
        _show(client.request("status", text=text), as_json=as_json)


@click.command()
@_json
@_text
@_reaching
def watch(path: Path, *, as_json: bool, text: bool) -> None:
    """Show what the running saykey is doing, and again after each change, until Ctrl-C."""
    text = _held_text(text=text, as_json=as_json)
    with ControlClient(path) as client:
        for status in client.watch(text=text):
            _show(status, as_json=as_json)


@click.command()
@_reaching
def press(path: Path) -> None:
    """Start listening, as when the button goes down. It continues until `saykey release`."""
    _ask(path, "press")


@click.command()
@_reaching
def release(path: Path) -> None:
    """Stop listening, as when the button goes up. The speech is recognised and typed."""
    _ask(path, "release")


@click.command()
@_reaching
def cancel(path: Path) -> None:
    """Stop listening and typing at once, and drop what is not typed yet."""
    _ask(path, "cancel")


@click.command("type-held")
@_reaching
def type_held(path: Path) -> None:
    """Type the text held for the current host."""
    _ask(path, "type-held")


@click.command("drop-held")
@_reaching
def drop_held(path: Path) -> None:
    """Forget the text held for the current host or for none, and the sound of failed phrases."""
    _ask(path, "drop-held")


@click.command("move-held")
@click.argument("name")
@_reaching
def move_held(path: Path, name: str) -> None:
    """Hold for the host NAME the text of hosts that were removed."""
    _ask(path, "move-held", name=name)


@click.command()
@_reaching
def retry(path: Path) -> None:
    """Recognise the failed phrases once more. Their text is held."""
    _ask(path, "retry")


@click.command("use-model")
@click.argument("name")
@_reaching
def use_model(path: Path, name: str) -> None:
    """Use the model NAME from the next dictation on. Waits until it is loaded, or says why not."""
    with ControlClient(path) as client:
        client.use_model(name)
    click.echo(f"{name} is in use")


@click.command("use-host")
@click.argument("name")
@_reaching
def use_host(path: Path, name: str) -> None:
    """Send the next dictation to the host NAME."""
    _ask(path, "use-host", name=name)


def _ask(path: Path, do: str, **fields: str) -> None:
    with ControlClient(path) as client:
        client.request(do, **fields)
