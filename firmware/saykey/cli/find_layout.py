"""`saykey layouts find`: finds the layout of a host from what a few keys typed there show."""

import sys
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from saykey.control.client import ControlClient
from saykey.errors import LayoutError, UsageError
from saykey.flow import Stroke
from saykey.keyboard.finder import MOST_QUESTIONS, SPACE, Board, Search, board_of
from saykey.keyboard.layout_search import usual_first
from saykey.keyboard.layouts import SYSTEMS, layout_names, layout_summaries
from saykey.keyboard.tables import Head, Row, decoded, unpacked
from saykey.settings.load import load
from saykey.settings.schema import HostSettings, Settings

_MOST_OFFERED = 24
_NO_BREAKS_WITHIN = "\u00a0"


@click.command()
@click.option("--os", "system", metavar="OS", help=f"The computer's system: {', '.join(SYSTEMS)}.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file.")
@click.option(
    "--socket",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Control socket; goes before --config.",
)
def find(system: str | None, config: Path | None, socket: Path | None) -> None:
    """Find the layout of the current host: the running saykey types keys, you enter what they show.

    Works from a terminal on that computer, which then receives the keys, and from any other.
    """
    settings = load(config)
    path = socket or Path(settings.control.socket)
    with ControlClient(path) as client:
        host = client.request("status").host
    os = _system_of(host, system, settings)
    search = Search(boards(os))
    click.echo(
        f"Put the cursor into an empty text field on {host}. This terminal will do if it is "
        f"on {host}.\nPress Enter here when that is done."
    )
    _line()
    while (stroke := search.question()) is not None:
        search = _asked(search, stroke, lambda key: _type(path, key))
    fitting = search.fitting()
    if not fitting:
        raise LayoutError(
            "no layout known for that computer fits the answers; `saykey layouts` lists all"
        )
    for line in _found(fitting, host, os):
        click.echo(line)


def boards(os: str) -> tuple[Board, ...]:
    """The keys of all layouts of a system. Raises LayoutError."""
    layout_names(os)  # raises for an unknown system
    first, *rest = unpacked().splitlines()
    head = decoded(first, Head)
    rows = (decoded(line, Row) for line in rest)
    return tuple(board_of(row, head) for row in rows if row.os == os)


def _type(path: Path, stroke: Stroke) -> None:
    # A connection for each key: saykey closes one that is silent while the user looks.
    with ControlClient(path) as client:
        client.type_keys(stroke, SPACE)


def _system_of(host: str, system: str | None, settings: Settings) -> str:
    known = {named.name: named for named in settings.host}
    if system is None and host not in known:
        raise UsageError(f"the settings have no host {host!a}; say its system with --os")
    return system or known.get(host, HostSettings()).os


def _asked(search: Search, stroke: Stroke, type_key: Callable[[Stroke], object]) -> Search:
    """The search after one more answer. If no layout shows it, the user is asked again once."""
    offered = search.answers(stroke)[:_MOST_OFFERED]
    click.echo(f"\nKey {len(search.asked) + 1} of at most {MOST_QUESTIONS}. What does it show?")
    click.echo("Type it, or # and its number here, then Enter. Enter alone: nothing.")
    click.echo(_choices(offered))
    answer = _answer(stroke, offered, type_key)
    if answer not in search.answers(stroke):
        click.echo(f"No remaining layout is known to show {answer or 'nothing'}. Try once more:")
        answer = _answer(stroke, offered, type_key)
    return search.answered(stroke, answer)


def _answer(stroke: Stroke, offered: Sequence[str], type_key: Callable[[Stroke], object]) -> str:
    # This terminal may receive the key, so the prompt is printed before it.
    click.echo("> ", nl=False)
    type_key(stroke)
    return meant(_line(), offered)


def _line() -> str:
    line: bytes = sys.stdin.buffer.readline()
    if not line:
        raise click.Abort
    return line.decode("utf-8", "replace")


def _choices(offered: Sequence[str]) -> str:
    shown = (
        f"#{number}{_NO_BREAKS_WITHIN}{answer or 'nothing'}"
        for number, answer in enumerate(offered, 1)
    )
    return click.wrap_text("  ".join(shown))


def meant(line: str, offered: Sequence[str]) -> str:
    """The answer on a line: an offered one by its number, or what the user or the key typed.

    An Alt that is not AltGr sends a control character to a terminal. That counts as nothing.
    """
    answer = unicodedata.normalize("NFC", line.strip())
    if answer[:1] == "#" and answer[1:].isdecimal() and 0 < int(answer[1:]) <= len(offered):
        return offered[int(answer[1:]) - 1]
    return answer if answer.isprintable() else ""


def _found(fitting: Sequence[Board], host: str, os: str) -> list[str]:
    names = {board.name for board in fitting}
    found = sorted((one for one in layout_summaries(os) if one.name in names), key=usual_first)
    if len(found) == 1:
        lines = ["", f"The layout of {host}:"]
    else:
        lines = ["", f"These layouts fit; use the one that is named in {host}'s own settings:"]
    lines += [f"    {layout.name}  {layout.title}" for layout in found]
    lines += ["", f'In the settings, under [[host]] with name = "{host}":']
    lines.append(f'    layout = "{found[0].name}"')
    return lines
