"""The bundled model beside Moonshine, on the same human prompts: `make bench PEERS=1`."""

import asyncio
import json
import subprocess
import sys
import tempfile
import wave
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import psutil

from bench.figures import Section, one
from saykey.audio.files import read_pcm16
from saykey.clock import MonotonicClock
from saykey.flow import SAMPLE_BYTES, SAMPLE_RATE
from saykey.measure.datasets import asterisk
from saykey.measure.scoring.normal import normaliser
from saykey.measure.scoring.scores import Score, Scorer, total
from saykey.offline.device import offline_device
from saykey.recognizer.client import WorkerRecognizer
from saykey.settings.load import load
from short_windows.recordings import held_out_names

SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
TEXTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
PACKAGES = ("sherpa-onnx==2.0.1", "moonshine-voice==0.0.73", "numpy")
SCRIPT = Path(__file__).with_name("moonshine.py")

METHOD = """\
The prompts of Debian's asterisk-core-sounds-en that the training never met
(tools/short_windows/held_out_prompts.json), spoken by one woman, one thread each, whole prompts one
after the other. Ours is the whole path of the device: cutter, gate, guards, second tries, without
speculation. CPU time is that of the worker. Moonshine tiny-en (weights of moonshine-voice 0.0.73)
is run by sherpa-onnx 2.0.1 in an environment of its own, without a gate. Word errors are counted
after Whisper's normaliser for English."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an engine understood, by the name of the prompt, and its CPU time in ms for each."""

    texts: Mapping[str, str]
    cpu_ms: tuple[float, ...]


def measured() -> Section:
    """CPU time and word errors of both."""
    said, sounds = _prompts()
    ours, theirs = asyncio.run(_ours(sounds)), _moonshine(sounds)
    most = sum(theirs.cpu_ms) / len(theirs.cpu_ms)
    return Section(
        f"{len(said)} prompts that the training never met",
        METHOD,
        (
            one("the bundled model, CPU for a prompt", "ms", [_mean(ours)], most),
            one("Moonshine tiny-en, CPU for a prompt", "ms", [most]),
            one("the bundled model, word errors", "%", [_errors(said, ours)], 4.0),
            one("Moonshine tiny-en, word errors", "%", [_errors(said, theirs)]),
        ),
    )


def _prompts() -> tuple[dict[str, str], dict[str, bytes]]:
    """Texts and pcm16 of the held-out prompts, by name."""
    if not (TEXTS.exists() and SOUNDS.is_dir()):
        sys.exit("error: install asterisk-core-sounds-en and asterisk-core-sounds-en-g722")
    wanted = held_out_names()
    items = asterisk.read(TEXTS, SOUNDS).items
    held_out = [item for item in items if item.name.replace("/", "_") in wanted]
    held_out = [replace(item, name=item.name.replace("/", "_")) for item in held_out]
    return (
        {item.name: item.text for item in held_out},
        {item.name: read_pcm16(item.audio) for item in held_out},
    )


async def _ours(sounds: Mapping[str, bytes]) -> Told:
    settings = load(None)
    chosen = msgspec.structs.replace(settings.recognizer, threads=1, speculate=False)
    settings, clock = msgspec.structs.replace(settings, recognizer=chosen), MonotonicClock()
    recognizer = WorkerRecognizer(chosen, clock)
    texts, times = {}, []
    try:
        async with offline_device(settings, recognizer, clock) as device:
            worker = psutil.Process(recognizer.worker_pid)
            for name, pcm16 in sounds.items():
                before = _cpu_ms(worker)
                texts[name] = (await device.dictate([pcm16])).text
                times.append(_cpu_ms(worker) - before)
    finally:
        await recognizer.close()
    return Told(texts, tuple(times))


def _moonshine(sounds: Mapping[str, bytes]) -> Told:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for prompt, pcm16 in sounds.items():
            _write(folder / f"{prompt}.wav", pcm16)
        python = _environment(folder / "venv")
        lines = subprocess.check_output([python, SCRIPT, folder], text=True).splitlines()
    found = [json.loads(line) for line in lines]
    texts = {each["name"]: each["text"] for each in found}
    return Told(texts, tuple(each["cpu_ms"] for each in found))


def _environment(folder: Path) -> Path:
    """The interpreter of a new virtual environment with the peer's packages."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return python


def _write(path: Path, pcm16: bytes) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(SAMPLE_BYTES)
        sound.setframerate(SAMPLE_RATE)
        sound.writeframes(pcm16)


def _cpu_ms(process: psutil.Process) -> float:
    times = process.cpu_times()
    return 1000 * (times.user + times.system)


def _mean(told: Told) -> float:
    return sum(told.cpu_ms) / len(told.cpu_ms)


def _errors(said: Mapping[str, str], told: Told) -> float:
    scorer = Scorer(normaliser("en"), "en")
    scores = [scorer.score(name, text, told.texts.get(name, "")) for name, text in said.items()]
    return 100 * total([each for each in scores if isinstance(each, Score)]).word_error_rate
