"""The report as one HTML file that loads nothing."""

from collections.abc import Iterator, Sequence
from html import escape

from saykey.measure.report.results import Results, wrong
from saykey.measure.report.tables import Table, tables_of

HEADING = "How well Saykey hears"

_STYLE = """
body { font: 16px/1.5 sans-serif; color: #22272e; background: #fbfaf7; margin: 2rem auto;
  max-width: 62rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; font-size: .92rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #c9cdd3;
  vertical-align: top; }
.note, li { color: #5c6570; font-size: .9rem; }
svg { max-width: 100%; height: auto; }
.wrong td:first-child { white-space: nowrap; color: #5c6570; }
"""


def page(results: Results, pictures: Sequence[str]) -> str:
    """The whole report. ``pictures`` are SVG texts."""
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f"<title>{HEADING}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{HEADING}</h1><p>{escape(origin(results))}</p>",
            "<ul>",
            *(f"<li>{escape(line)}</li>" for line in facts(results)),
            "</ul>",
            *pictures,
            *_tables(results),
            *_wrong(results),
            *_left_out(results),
            "</body></html>\n",
        ]
    )


def origin(results: Results) -> str:
    """What was heard, in a sentence."""
    evaluation = results.evaluation
    heard = max((len(run.heard) for run in evaluation.runs), default=0)
    seconds = max((sum(each.seconds for each in run.heard) for run in evaluation.runs), default=0)
    return (
        f"{heard} recordings of {evaluation.place} ({evaluation.dataset.form}), "
        f"{seconds / 60:.1f} minutes, language {evaluation.language}; "
        f"the button was released {evaluation.release}."
    )


def facts(results: Results) -> Iterator[str]:
    """What a reader must know beside the tables, one line each."""
    yield from results.troubles
    yield from results.notices
    if count := len(results.left_out):
        yield f"Left out: {count}, listed at the end."


def _tables(results: Results) -> Iterator[str]:
    for table in tables_of(results):
        yield f"<h2>{escape(table.title)}</h2>"
        yield from _table(table)
        if table.note:
            yield f'<p class="note">{escape(table.note)}</p>'


def _table(table: Table, kind: str = "") -> Iterator[str]:
    yield f'<table class="{kind}"><tr>{_cells(table.head, "th")}</tr>'
    yield from (f"<tr>{_cells(row, 'td')}</tr>" for row in table.rows)
    yield "</table>"


def _cells(cells: Sequence[str], tag: str) -> str:
    return "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells)


def _wrong(results: Results) -> Iterator[str]:
    for run in results.runs:
        rows = tuple((score.name, said, typed) for score, said, typed in wrong(run))
        if rows:
            yield f"<details><summary>Wrong words: {escape(run.run.name)}</summary>"
            yield from _table(Table("", ("recording", "said", "typed"), rows), "wrong")
            yield "</details>"


def _left_out(results: Results) -> Iterator[str]:
    if results.left_out:
        yield "<h2>Left out</h2><ul>"
        yield from (
            f"<li>{escape(f'{each.name}: {each.reason}')}</li>" for each in results.left_out
        )
        yield "</ul>"
