"""Reads the text files of datasets, which must be UTF-8."""

import gzip
import zlib
from pathlib import Path

from saykey.measure.datasets.item import DatasetError, LeftOut


def lines_of(path: Path) -> tuple[list[tuple[int, str]], list[LeftOut]]:
    """The numbered lines of a file, from 1, with their ends; and those that are not UTF-8.

    A name that ends in .gz is a compressed file. Raises DatasetError if the file cannot be read.
    """
    data = _bytes_of(path).removeprefix(b"\xef\xbb\xbf")  # a byte order mark
    lines: list[tuple[int, str]] = []
    left_out: list[LeftOut] = []
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        try:
            lines.append((number, line.decode("utf-8")))
        except UnicodeDecodeError:
            left_out.append(LeftOut(line_name(path, number), f"not UTF-8: save {path} as UTF-8"))
    return lines, left_out


def line_name(path: Path, number: int) -> str:
    """The name of a line in messages."""
    return f"line {number} of {path.name}"


def text_of(path: Path) -> str:
    """The text of a file without white space at its ends. Raises OSError, UnicodeDecodeError."""
    return path.read_text("utf-8-sig").strip()


def _bytes_of(path: Path) -> bytes:
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as file:
                return file.read()
        return path.read_bytes()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DatasetError(f"{path} is damaged ({error}): get it again") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise DatasetError(f"{path} cannot be read ({reason}): name a readable file") from error
