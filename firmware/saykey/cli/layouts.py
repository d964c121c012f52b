"""`saykey layouts`: lists the keyboard layouts that have tables, and how much each types."""

from collections.abc import Sequence

import click
import msgspec

from saykey.cli.find_layout import find
from saykey.errors import LayoutError
from saykey.keyboard.layout_search import meant
from saykey.keyboard.layouts import SYSTEMS, layout_summaries, nearest_layouts
from saykey.keyboard.tables import LayoutSummary

_ASCII = 95


class _ListByDefault(click.Group):
    """A group whose command `list` need not be named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, but insert `list` if the first argument is neither a command nor help."""
        if not args or args[0] not in {*self.commands, *self.get_help_option_names(ctx)}:
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ListByDefault)
def command() -> None:
    """List the keyboard layouts of hosts: `saykey layouts [SEARCH]`; or find the one of a host."""


@command.command("list")
@click.argument("search", default="")
@click.option("--os", "system", metavar="OS", help=f"Only one system: {', '.join(SYSTEMS)}.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listed(search: str, system: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """List the keyboard layouts of hosts, or those whose name, title or language matches SEARCH.

    For each layout: how many ASCII characters and how many letters of its language it types, and
    whether the table was tried on a host.
    """
    systems = (system,) if system else SYSTEMS
    every = [summary for name in systems for summary in layout_summaries(name)]
    found = matching(every, search)
    if not found:
        raise LayoutError(_nothing_like(search, system))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=1))
        return
    for line in table(found):
        click.echo(line)


command.add_command(find)


def matching(summaries: Sequence[LayoutSummary], search: str) -> list[LayoutSummary]:
    """The layouts of exactly this name; if there are none, those that the text may mean.

    The likeliest come first, and those that contain the text in their name or title last.
    """
    wanted = search.casefold()
    if exact := [summary for summary in summaries if summary.name.casefold() == wanted]:
        return exact
    likely = meant(search, summaries)
    called = [one for name in likely for one in summaries if one.name == name]
    return called + [
        summary
        for summary in summaries
        if summary.name not in likely
        and (wanted in summary.name.casefold() or wanted in summary.title.casefold())
    ]


def table(summaries: Sequence[LayoutSummary]) -> list[str]:
    """A line for each layout, in columns, under a line of headings."""
    rows = [("system", "layout", "title", "ASCII", "letters", "tried")]
    rows += [
        (
            summary.os,
            summary.name,
            summary.title,
            f"{summary.ascii}/{_ASCII}",
            f"{summary.language} {summary.letters}/{summary.letters_of}"
            if summary.language
            else "?",
            "yes" if summary.tried else "no",
        )
        for summary in summaries
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _nothing_like(search: str, system: str | None) -> str:
    near = " or ".join(nearest_layouts(system, search))
    hint = f" Did you mean {near}?" if near else ""
    return f"No keyboard layout matches {search!r}.{hint} `saykey layouts` lists all."
