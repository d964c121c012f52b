"""`saykey transcribe`: audio files to the text that the device would type for them."""

import asyncio
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from saykey.audio.files import duration_s, read_blocks
from saykey.audio.pipes import STANDARD_INPUT
from saykey.cli.progress import bars
from saykey.clock import MonotonicClock
from saykey.errors import RecognizerError, UsageError
from saykey.offline.device import offline_device
from saykey.offline.dictated import Dictated
from saykey.recognizer.client import WorkerRecognizer
from saykey.settings.load import load
from saykey.settings.schema import Settings

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--model", metavar="MODEL", help="A model's name or file; default: the settings'.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per file.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file.")
def command(
    files: tuple[Path, ...], model: str | None, *, as_json: bool, config: Path | None
) -> None:
    """Print what is said in each FILE; - reads standard input.

    Each FILE is one dictation: the text is what the device would type. Reads WAV, FLAC, Ogg, MP3
    and, where ffmpeg is installed, m4a, mp4, webm and others.
    """
    if files.count(STANDARD_INPUT) > 1:
        raise UsageError("standard input can be read once: leave one - out")
    settings = load(config)
    if model is not None:
        recognizer = msgspec.structs.replace(settings.recognizer, model=model)
        settings = msgspec.structs.replace(settings, recognizer=recognizer)
    # reports a file that is not audio before any work
    lengths = [duration_s(file) for file in files]
    failed = asyncio.run(_transcribe(files, lengths, settings, as_json=as_json))
    if failed:
        raise RecognizerError(f"the recognizer failed on {failed}: choose a smaller model")


async def _transcribe(
    files: tuple[Path, ...], lengths: list[float | None], settings: Settings, *, as_json: bool
) -> str:
    """Print the text of each file. Returns in words what could not be recognised, or ""."""
    clock, failed = MonotonicClock(), []
    recognizer = WorkerRecognizer(settings.recognizer, clock)
    try:
        async with offline_device(settings, recognizer, clock) as device:
            with bars() as progress:
                for file, length in zip(files, lengths, strict=True):
                    task = progress.add_task(file.name, total=length)
                    heard = partial(_heard, progress, task)
                    made = await device.dictate(read_blocks(file), heard)
                    progress.remove_task(task)
                    model = settings.recognizer.model
                    click.echo(_told(file, model, made, as_json=as_json, named=len(files) > 1))
                    notices = (made.untyped, made.too_quiet, made.clipped, made.wordless)
                    for notice in filter(None, notices):
                        click.echo(f"{file}: {notice}", err=True)
                    if made.failed:
                        failed.append(f"{file} ({made.failed} of {len(made.phrases)} phrases)")
    finally:
        await recognizer.close()
    return ", ".join(failed)


def _heard(progress: "Progress", task: "TaskID", seconds: float) -> None:
    progress.update(task, completed=seconds)


def _told(file: Path, model: str, made: Dictated, *, as_json: bool, named: bool) -> str:
    if not as_json:
        return f"{file}: {made.text}" if named else made.text
    phrases = [asdict(phrase) for phrase in made.phrases if phrase.text]
    found = {"file": str(file), "model": model, "text": made.text, "phrases": phrases}
    return msgspec.json.encode(found).decode()
