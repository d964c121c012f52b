"""Common Voice: a table such as test.tsv with the columns path and sentence, and a folder clips."""

import csv
from collections.abc import Iterator
from pathlib import Path

from saykey.measure.datasets.item import Dataset, DatasetError, Item, LeftOut, gathered, stem
from saykey.measure.datasets.texts import line_name, lines_of

CLIPS = "clips"
USUAL = "test.tsv"


def table_in(folder: Path) -> Path:
    """The table of this folder: test.tsv, or else the only one. Raises DatasetError."""
    if (folder / USUAL).is_file():
        return folder / USUAL
    tables = sorted(folder.glob("*.tsv"))
    if len(tables) != 1:
        names = ", ".join(table.name for table in tables) or "none"
        raise DatasetError(f"name one table of {folder} instead of the folder; tables: {names}")
    return tables[0]


def read(table: Path) -> Dataset:
    """The recordings of this table. Raises DatasetError."""
    return gathered("Common Voice", _found(table))


def _found(table: Path) -> Iterator[Item | LeftOut]:
    lines, left_out = lines_of(table)
    yield from left_out
    # The tables have no quoting: a quotation mark belongs to the sentence.
    rows = csv.DictReader((line for _, line in lines), delimiter="\t", quoting=csv.QUOTE_NONE)
    if missing := {"path", "sentence"} - set(rows.fieldnames or ()):
        columns = " and ".join(sorted(missing))
        raise DatasetError(f"{table} has no column {columns}: name a table of Common Voice")
    try:
        for row in rows:
            number = lines[rows.line_num - 1][0]
            yield _item(table, number, row)
    except csv.Error as error:
        raise DatasetError(f"{table} is no table ({error}): get it again") from error


def _item(table: Path, number: int, row: dict[str, str | None]) -> Item | LeftOut:
    file, text = row["path"], row["sentence"]
    if not file or text is None:
        return LeftOut(line_name(table, number), "a path and a sentence are needed: add them")
    return Item(stem(Path(file)), table.parent / CLIPS / file, text.strip())
