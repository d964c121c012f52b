"""Shows progress: a bar on a terminal, otherwise a line for each tenth."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from saykey.models.formats.file_io import Progress
from saykey.models.store.memory import megabytes

if TYPE_CHECKING:
    from rich.progress import Progress as Bars


@contextmanager
def shown(name: str) -> Iterator[Progress]:
    """Show the progress of ``name`` on stderr. Yields the function to call with each new count."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.progress import Progress as Shown

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _tenths(name)
        return
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Shown(f"[bold]{name}", *columns, console=console) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _tenths(name: str) -> Progress:
    told = -1

    def progress(done: int, total: int | None) -> None:
        nonlocal told
        tenth = 10 * done // total if total else -1
        if tenth > told:
            told = tenth
            click.echo(f"{name}: {megabytes(done)} of {megabytes(total or 0)}", err=True)

    return progress


def bars() -> "Bars":
    """Bars on stderr that vanish at the end. They are disabled where stderr is not a terminal."""
    from rich.console import Console
    from rich.progress import Progress as Shown

    console = Console(stderr=True)
    return Shown(console=console, transient=True, disable=not console.is_terminal)
