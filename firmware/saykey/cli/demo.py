"""`saykey demo`: a recording, or your voice, through the real device to a simulated host."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

import click
import msgspec

from saykey.audio.files import duration_s
from saykey.audio.recording import RecordingMicrophone
from saykey.clock import MonotonicClock
from saykey.errors import UsageError
from saykey.ports import Clock, Microphone
from saykey.settings.load import load
from saykey.settings.schema import HostSettings, Settings
from saykey.simulated.session import Session, dictate

CHECK_NS = 20_000_000
"""How often to check whether the recording is over: once a frame."""


def bundled() -> tuple[Path, str]:
    """The recording in the package and what is said in it."""
    folder = resources.files("saykey") / "data" / "recordings"
    text = (folder / "dictation.txt").read_text(encoding="utf-8").strip()
    return Path(str(folder / "dictation.flac")), text


@click.command()
@click.argument("wav", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@click.option(
    "--mic", is_flag=False, flag_value="default", metavar="[DEVICE]", help="An ALSA microphone."
)
@click.option("--fast", is_flag=True, help="Do not wait for real time; measures no latencies.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, nothing else.")
@click.option("--model", metavar="MODEL", help="A model's name or file; default: the bundled one.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file.")
def command(  # noqa: PLR0913  click passes each option
    wav: Path | None,
    mic: str | None,
    *,
    fast: bool,
    as_json: bool,
    model: str | None,
    config: Path | None,
) -> None:
    """Dictate to a simulated host: from the bundled recording, a file, or a microphone."""
    if mic is not None and (wav is not None or fast):
        raise UsageError("--mic cannot be combined with a FILE or --fast: leave one of them out")
    from saykey.cli.demo_show import shown

    settings = _settings(load(config), model)
    clock = MonotonicClock()
    reference = None
    if mic is not None:
        microphone, until = _live(mic, clock)
    else:
        recording, text = bundled()
        reference = text if wav is None else None
        microphone, until = _played(wav or recording, clock, fast=fast)
    if as_json:
        session = asyncio.run(dictate(settings, clock, microphone, until, _silent))
        click.echo(msgspec.json.encode(report(session, settings, reference, fast=fast)))
        return
    with shown(reference, speak_now=mic is not None, timed=not fast) as show:
        asyncio.run(dictate(settings, clock, microphone, until, show))


def report(
    session: Session, settings: Settings, reference: str | None, *, fast: bool
) -> dict[str, Any]:
    """The JSON object: see docs/guide.md, "The demonstration"."""
    latency = session.latency
    return {
        "model": settings.recognizer.model,
        "phrases": [asdict(phrase) for phrase in session.phrases],
        "typed": session.host.text,
        "reference": reference,
        "reports": session.reports,
        "release_to_transcript_ms": None if fast else latency.release_to_transcript_ms,
        "release_to_first_report_ms": None if fast else latency.release_to_first_report_ms,
        "release_to_last_report_ms": None if fast else latency.release_to_last_report_ms,
        "substitutions": [
            {"from": each.wanted, "to": each.typed, "reason": each.reason}
            for each in session.substitutions
        ],
    }


def _silent(_session: Session) -> None:
    pass


def _settings(settings: Settings, model: str | None) -> Settings:
    """One simulated host, and a microphone that opens at the press."""
    recognizer = settings.recognizer
    if model is not None:
        recognizer = msgspec.structs.replace(recognizer, model=model)
    return msgspec.structs.replace(
        settings,
        recognizer=recognizer,
        host=(HostSettings(name="simulated"),),
        microphone=msgspec.structs.replace(settings.microphone, pre_roll_ms=0),
    )


def _played(
    recording: Path, clock: Clock, *, fast: bool
) -> tuple[Microphone, Callable[[], Awaitable[None]]]:
    duration_s(recording)  # reports a file that is not audio now, not as a lost microphone
    microphone = RecordingMicrophone(recording, clock, paced=not fast)

    async def over() -> None:
        while not microphone.ended:
            await clock.sleep_until(clock.now() + CHECK_NS)

    return microphone, over


def _live(device: str, clock: Clock) -> tuple[Microphone, Callable[[], Awaitable[None]]]:
    from saykey.audio.alsa import AlsaMicrophone

    async def entered() -> None:
        loop = asyncio.get_running_loop()
        pressed = asyncio.Event()
        try:
            loop.add_reader(sys.stdin, pressed.set)
        except PermissionError:
            return  # a file or /dev/null, which epoll(7) does not watch: it can be read at once
        try:
            await pressed.wait()
        finally:
            loop.remove_reader(sys.stdin)
        sys.stdin.readline()

    return AlsaMicrophone(device, clock), entered
