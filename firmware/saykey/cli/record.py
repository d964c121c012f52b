"""`saykey eval record`: makes a dataset of the user's own voice."""

import asyncio
import os
import sys
from importlib import resources
from pathlib import Path

import click

from saykey.adapters import microphone_of
from saykey.audio.level import level_db
from saykey.clock import MonotonicClock
from saykey.control.client import ControlClient
from saykey.errors import AudioError, ControlError, MicrophoneLost, UsageError
from saykey.offline.recorder import Recorder, Sentence, sentences_of
from saykey.offline.sources import BorrowedMicrophone, OwnMicrophone, Source
from saykey.settings.load import load
from saykey.settings.schema import Settings

QUIET_DB = -50.0
"""A voice is louder than this on average, unless the microphone is off or far away."""

BAR = 25
"""Characters of the bar that shows the level, of 2 dB each."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--sentences", type=click.Path(path_type=Path), metavar="FILE",
              help="The sentences to read, one on each line; default: 40 of English.")  # fmt: skip
@click.option("--mic", metavar="DEVICE",
              help="An ALSA microphone; default: that of saykey or of the settings.")  # fmt: skip
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file.")
def record(folder: Path, sentences: Path | None, mic: str | None, config: Path | None) -> None:
    """Record sentences that you read aloud into FOLDER, a dataset for `saykey eval`.

    Enter begins and ends each recording, r and Enter repeats the sentence before, q and Enter
    stops. Run it again to go on. The recordings stay in FOLDER.
    """
    settings = load(config)
    wanted = sentences_of(_lines(sentences))
    source = _source(settings, mic)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made ({error.strerror}): name another") from error
    recorder = Recorder(folder, source, Lines().next, _Terminal())
    try:
        count = asyncio.run(recorder.record(wanted))
    except MicrophoneLost as lost:
        raise AudioError(f"{lost}{_in_use(settings, mic)}") from lost
    except ControlError as refused:
        raise ControlError(f"{refused}; run this again to go on") from refused
    click.echo(f"{count} sentences recorded; `saykey eval {folder}` measures with them")


def _source(settings: Settings, mic: str | None) -> Source:
    """The running saykey if it answers and no microphone is named, else a microphone."""
    path = Path(settings.control.socket)
    if mic is None and _answers(path):
        click.echo("recording with the microphone of the running saykey")
        return BorrowedMicrophone(path)
    name = settings.microphone.source if mic is None else f"alsa:{mic}"
    microphone = microphone_of(name, MonotonicClock())
    click.echo(f"recording with the microphone {name}")
    return OwnMicrophone(microphone)


def _answers(path: Path) -> bool:
    try:
        ControlClient(path).close()
    except ControlError:
        return False
    return True


class Lines:
    """Reads lines of standard input without a thread, so that Ctrl-C ends the wait."""

    def __init__(self) -> None:
        self._pending = b""

    async def next(self) -> str | None:
        """The next line without white space around it; None at the end of the input."""
        while b"\n" not in self._pending:
            if not (more := await self._more()):
                return None
            self._pending += more
        line, _, self._pending = self._pending.partition(b"\n")
        return line.decode("utf-8", "replace").strip()

    async def _more(self) -> bytes:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        number = sys.stdin.fileno()
        try:
            loop.add_reader(number, ready.set)
        except PermissionError:
            return os.read(number, 4096)  # a file, which epoll(7) does not watch: it is ready
        try:
            await ready.wait()
        finally:
            loop.remove_reader(number)
        return os.read(number, 4096)


class _Terminal:
    """Implements recorder.Show."""

    def read_aloud(self, sentence: Sentence, number: int, count: int) -> None:
        click.echo(f"\n{number} of {count}: {sentence.text}\nEnter begins")

    def listening(self) -> None:
        click.echo("listening; Enter ends")

    def heard(self, seconds: float, pcm16: bytes) -> None:
        if sys.stdout.isatty():
            bar = "#" * max(0, round((level_db(pcm16) - QUIET_DB) / 2))
            click.echo(f"\r{seconds:.1f} s {bar:<{BAR}.{BAR}}", nl=False)

    def recorded(self, seconds: float, pcm16: bytes) -> None:
        level = level_db(pcm16)
        if sys.stdout.isatty():
            click.echo(f"\r{'':<{BAR + 8}}\r", nl=False)
        advice = "; very quiet, r repeats it nearer to the microphone" if level < QUIET_DB else ""
        click.echo(f"{seconds:.1f} s, {level:.0f} dB{advice}")

    def too_short(self) -> None:
        click.echo("nothing was recorded")


def _lines(sentences: Path | None) -> list[str]:
    if sentences is None:
        file = resources.files("saykey") / "data" / "sentences.txt"
        return file.read_text(encoding="utf-8").splitlines()
    try:
        return sentences.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UsageError(f"{sentences} is not UTF-8: save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"{sentences} cannot be read ({error.strerror})") from None


def _in_use(settings: Settings, mic: str | None) -> str:
    if not Path(settings.control.socket).exists():
        return ""
    advice = "stop it first" if mic is None else "leave out --mic"
    return f"; saykey is running and may use it: {advice}"
