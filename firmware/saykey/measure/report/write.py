"""Writes the report into a folder."""

from pathlib import Path

from saykey.errors import SaykeyError
from saykey.measure.report.as_json import as_json
from saykey.measure.report.markdown import markdown
from saykey.measure.report.page import page
from saykey.measure.report.pictures import pictures_of
from saykey.measure.report.results import Results

PAGE = "report.html"


class ReportError(SaykeyError):
    """The report cannot be written."""


def prepare(folder: Path) -> None:
    """Make the folder, before the work of hours. Raises ReportError if that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PAGE).touch()
    except OSError as error:
        raise _unwritable(folder, error) from error


def write(folder: Path, results: Results) -> None:
    """Write report.html, report.md, the pictures and results.json. Raises ReportError."""
    pictures = dict(pictures_of(results.runs))
    files = {f"{name}.svg": picture for name, picture in pictures.items()}
    files[PAGE] = page(results, tuple(pictures.values()))
    files["report.md"] = markdown(results, tuple(pictures))
    files["results.json"] = as_json(results, texts=True) + "\n"
    try:
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> ReportError:
    return ReportError(f"{folder} cannot be written ({error.strerror}): name another folder")
