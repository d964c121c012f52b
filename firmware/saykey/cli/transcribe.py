"""`saykey transcribe`: audio files to text, with the same phrases and model as the device."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import msgspec

from saykey.audio.files import duration_s, read_blocks
from saykey.audio.pipes import STANDARD_INPUT
from saykey.cli.progress import bars
from saykey.clock import MonotonicClock
from saykey.errors import UsageError
from saykey.events import PhraseEnded
from saykey.flow import SAMPLE_BYTES, SAMPLE_RATE, Phrase, Verdict
from saykey.ports import Recognizer, SessionParameters
from saykey.recognizer.client import WorkerRecognizer
from saykey.settings.load import load
from saykey.settings.schema import Settings
from saykey.speech.cutter import Cutter
from saykey.speech.detector import WebRtcDetector
from saykey.text.joining import join


@dataclass(frozen=True, slots=True)
class Line:
    """A phrase of a file as text; times in seconds of the file."""

    text: str
    begin_s: float
    end_s: float
    verdict: str


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--model", metavar="MODEL", help="A model's name or file; default: the settings'.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per file.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file.")
def command(
    files: tuple[Path, ...], model: str | None, *, as_json: bool, config: Path | None
) -> None:
    """Print what is said in each FILE; - reads standard input.

    Reads WAV, FLAC, Ogg, MP3 and, where ffmpeg is installed, m4a, mp4, webm and others.
    """
    if files.count(STANDARD_INPUT) > 1:
        raise UsageError("standard input can be read once: leave one - out")
    settings = load(config)
    # reports a file that is not audio before any work
    lengths = [duration_s(file) for file in files]
    chosen = model or settings.recognizer.model
    asyncio.run(_transcribe(files, lengths, chosen, settings, as_json=as_json))


async def _transcribe(
    files: tuple[Path, ...],
    lengths: list[float | None],
    model: str,
    settings: Settings,
    *,
    as_json: bool,
) -> None:
    recognizer = WorkerRecognizer(settings.recognizer, MonotonicClock())
    try:
        await recognizer.load(model)
        with bars() as progress:
            for file, length in zip(files, lengths, strict=True):
                task = progress.add_task(file.name, total=length)
                lines = []
                async for line in _lines(file, recognizer, settings):
                    lines.append(line)
                    progress.update(task, completed=line.end_s)
                progress.remove_task(task)
                click.echo(_told(file, model, lines, as_json=as_json, named=len(files) > 1))
    finally:
        await recognizer.close()


async def _lines(file: Path, recognizer: Recognizer, settings: Settings) -> AsyncIterator[Line]:
    speech = settings.speech
    cutter = Cutter(1, speech, WebRtcDetector(speech.aggressiveness))
    sample = 0
    for block in read_blocks(file):
        for event in cutter.feed(block, sample):
            if isinstance(event, PhraseEnded):
                yield await _recognised(event.phrase, recognizer, settings)
        sample += len(block) // SAMPLE_BYTES
    for event in cutter.finish():
        if isinstance(event, PhraseEnded):
            yield await _recognised(event.phrase, recognizer, settings)


async def _recognised(phrase: Phrase, recognizer: Recognizer, settings: Settings) -> Line:
    chosen = settings.recognizer
    session = recognizer.begin(SessionParameters(chosen.language, chosen.vocabulary))
    session.feed(phrase.pcm)
    heard = await session.finish(phrase.id, phrase.revision)
    begin_s = phrase.first_sample / SAMPLE_RATE
    text = "" if heard.verdict is Verdict.EMPTY else heard.text
    return Line(text, begin_s, begin_s + phrase.seconds, heard.verdict.value)


def _told(file: Path, model: str, lines: list[Line], *, as_json: bool, named: bool) -> str:
    text = ""
    for line in lines:
        if line.text:
            text += join(text, line.text)
    if not as_json:
        return f"{file}: {text}" if named else text
    phrases = [asdict(line) for line in lines if line.text]
    found = {"file": str(file), "model": model, "text": text, "phrases": phrases}
    return msgspec.json.encode(found).decode()
