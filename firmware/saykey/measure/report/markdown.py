"""The report as Markdown, with links to the pictures."""

from collections.abc import Iterator, Sequence

from saykey.measure.report.page import HEADING, facts, origin
from saykey.measure.report.results import Results, wrong
from saykey.measure.report.tables import Table, tables_of


def markdown(results: Results, pictures: Sequence[str]) -> str:
    """The whole report. ``pictures`` are names of SVG files beside it, without their suffix."""
    return "\n".join(_lines(results, pictures)) + "\n"


def _lines(results: Results, pictures: Sequence[str]) -> Iterator[str]:
    yield f"# {HEADING}"
    yield from ("", origin(results), "")
    for line in facts(results):
        yield f"- {_escaped(line)}"
    for picture in pictures:
        yield from ("", f"![{picture}]({picture}.svg)")
    for table in tables_of(results):
        yield from ("", f"## {table.title}", "", *_table(table))
        if table.note:
            yield from ("", table.note)
    for run in results.runs:
        if rows := tuple((score.name, said, typed) for score, said, typed in wrong(run)):
            listed = Table("", ("recording", "said", "typed"), rows)
            yield from ("", f"## Wrong words: {_escaped(run.run.name)}", "", *_table(listed))
    if results.left_out:
        yield from ("", "## Left out", "")
        yield from (f"- {_escaped(f'{each.name}: {each.reason}')}" for each in results.left_out)


def _table(table: Table) -> Iterator[str]:
    for row in (table.head, ("---",) * len(table.head), *table.rows):
        yield f"| {' | '.join(map(_escaped, row))} |"


def _escaped(text: str) -> str:
    """The text on one line, without characters that Markdown interprets."""
    for mark in "\\`*_[]<>|#":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
