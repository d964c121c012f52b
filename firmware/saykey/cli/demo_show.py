"""Shows the demonstration in the terminal: the display, the phrases, the host's screen."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.columns import Columns
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from saykey.measure.padding import word_errors
from saykey.panel.picture import braille
from saykey.recognizer.whisper.guards import words
from saykey.simulated.session import HeardPhrase, Session, Show


@contextmanager
def shown(reference: str | None, *, speak_now: bool, timed: bool) -> Iterator[Show]:
    """Show a session while it runs, and its figures at the end.

    In a terminal the picture changes in place. Elsewhere each phrase is a line, and the rest
    follows at the end.
    """
    console = Console(highlight=False)
    if speak_now:
        console.print("Speak now. Press Enter when you have finished.")
    last: list[Session] = []
    if console.is_terminal:
        with Live(console=console, refresh_per_second=10, transient=True) as live:

            def show(session: Session) -> None:
                last[:] = [session]
                live.update(_stage(session))

            yield show
    else:
        told: list[HeardPhrase] = []

        def show(session: Session) -> None:
            last[:] = [session]
            for phrase in session.phrases[len(told) :]:
                told.append(phrase)
                console.print(_line(phrase), soft_wrap=True)

        yield show
    for session in last:
        console.print(_stage(session))
        console.print(_figures(session, reference, timed=timed))


def _line(phrase: HeardPhrase) -> str:
    return (
        f"{phrase.begin_s:5.1f} – {phrase.end_s:4.1f} s   {phrase.text}   "
        f"({phrase.recognition_ms:.0f} ms)"
    )


def _stage(session: Session) -> Group:
    picture = session.picture
    drawn = Text(braille(picture) if picture is not None else "", no_wrap=True)
    table = Table("said at", "heard", "recognised in", box=None, expand=True)
    for phrase in session.phrases:
        table.add_row(
            f"{phrase.begin_s:.1f} – {phrase.end_s:.1f} s",
            phrase.text,
            f"{phrase.recognition_ms:.0f} ms",
        )
    return Group(
        Panel.fit(drawn, title="the device's display", border_style="blue"),
        Panel(table, title="the recognizer", border_style="green"),
        Panel(
            Text(session.host.text + "▏"),
            title="the host's screen, decoded from the HID reports",
            border_style="yellow",
        ),
    )


def _figures(session: Session, reference: str | None, *, timed: bool) -> Columns:
    table = Table(box=None, show_header=False)
    if timed:
        latency = session.latency
        for name, value in (
            ("release to transcript", latency.release_to_transcript_ms),
            ("release to first report", latency.release_to_first_report_ms),
            ("release to last report", latency.release_to_last_report_ms),
        ):
            table.add_row(name, "–" if value is None else f"{value:.0f} ms")
    table.add_row("reports sent", str(session.reports))
    for each in session.substitutions:
        table.add_row("substituted", f"{each.wanted} → {each.typed} ({each.reason})")
    if reference is not None:
        said = words(reference)
        errors = word_errors(said, words(session.host.text))
        table.add_row("what was said", reference)
        table.add_row(
            "what was typed", "the same" if not errors else f"{errors} of {len(said)} words differ"
        )
    return Columns([table])
