"""`saykey model bench`: measures the speed of models on this machine, and a model's padding."""

import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click
import msgspec

from saykey.cli.model_padding import in_json, in_words, measured_padding
from saykey.cli.progress import bars
from saykey.cli.tables import aligned
from saykey.errors import ModelError, RecognizerError, UsageError
from saykey.measure.speed import USUAL_S, Advice, Speed, advice, measured_speed
from saykey.models.formats import random_weights
from saykey.models.formats.open_model import opened
from saykey.models.store import store
from saykey.models.store.card import PADDING_ROWS, card_of
from saykey.recognizer.threads import usual_threads

_DISK = Path("/var/tmp")  # noqa: S108 - a disk, even where the default folder is memory
_QUANTISATIONS = "q8_0,q5_1,q4_0"


@click.command()
@click.argument("models", nargs=-1, metavar="[MODEL]…")
@click.option("--sizes", default=",".join(random_weights.SIZES), show_default=True, metavar="LIST",
              help='Sizes to try with random weights; "none": only installed models.')  # fmt: skip
@click.option("--quantisations", default=_QUANTISATIONS, show_default=True, metavar="LIST",
              help=f"Formats for them: {', '.join(random_weights.QUANTISATIONS)}.")  # fmt: skip
@click.option("--threads", metavar="LIST", help="Numbers of threads; default: cores minus one.")
@click.option("--within", default=1.0, show_default=True, metavar="SECONDS",
              help="Recommend models that return the text of a 5 s phrase this soon.")  # fmt: skip
@click.option("--recordings", type=click.Path(path_type=Path), metavar="FOLDER",
              help="WAV files with a .txt each: measure the padding of one MODEL.")  # fmt: skip
@click.option("--language", default="en", show_default=True, help="Language of the recordings.")
@click.option("--dry-run", is_flag=True, help="Do not write the padding into the card.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def bench(  # noqa: PLR0913, PLR0917 - click's way
    models: tuple[str, ...],
    sizes: str,
    quantisations: str,
    threads: str | None,
    within: float,
    recordings: Path | None,
    language: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Measure how fast each MODEL is on this machine; without one, all that are installed.

    Models with random weights show how fast each size of Whisper would be, before any download:
    the speed does not depend on the weights. Each model runs in a process of its own, as the device
    runs it: with short windows if it was trained or measured for them.

    With --recordings: recognise them with the full window of 30 s and with short ones, count the
    wrong words, and write the padding that MODEL needs for short windows into its card.
    """
    counts = _numbers(threads) if threads else [usual_threads()]
    if recordings is not None:
        if len(models) != 1:
            raise UsageError("name the one MODEL to measure the padding of")
        found = measured_padding(models[0], recordings, language, counts[0], write=not dry_run)
        click.echo(in_json(found) if as_json else in_words(found))
        return
    wanted = [] if sizes == "none" else sizes.split(",")
    formats = quantisations.split(",")
    _check(wanted, formats)
    speeds, failed = _speeds(models, wanted, formats, counts)
    best = advice(speeds, within * 1000, tuple(random_weights.SIZES))
    if as_json:
        told = {"within_s": within, "speeds": speeds, "advice": asdict(best)}
        click.echo(msgspec.json.format(msgspec.json.encode(told), indent=1))
    else:
        for line in [*_table(speeds), "", *_advised(best, within), *_could_be_sooner(speeds)]:
            click.echo(line)
    if failed:
        raise ModelError(f"{', '.join(failed)}: not measured; remove and pull or import again")


def _numbers(threads: str) -> list[int]:
    parts = threads.split(",")
    if not all(part.isdecimal() and 1 <= int(part) <= 64 for part in parts):
        raise UsageError(f"--threads {threads}: give numbers from 1 to 64 with commas between")
    return [int(part) for part in parts]


def _check(sizes: list[str], formats: list[str]) -> None:
    for given, known in (
        (sizes, tuple(random_weights.SIZES)),
        (formats, random_weights.QUANTISATIONS),
    ):
        if unknown := [name for name in given if name not in known]:
            raise UsageError(f'"{unknown[0]}" cannot be measured; choose from: {", ".join(known)}')


def _speeds(
    models: tuple[str, ...], sizes: list[str], formats: list[str], counts: list[int]
) -> tuple[list[Speed], list[str]]:
    """The speeds, and the names of the installed models that could not be measured.

    Without ``models``, all installed models are measured, and a faulty one is reported in a line.
    Raises ModelError or RecognizerError for a faulty model given in ``models``.
    """
    for name in models:  # report a wrong name before anything is measured
        store.find(name)
    names = models or store.names()
    steps = len(counts) * (len(names) + 2 * len(sizes) * len(formats))
    speeds: list[Speed] = []
    failed: list[str] = []
    with bars() as progress:
        task = progress.add_task("", total=steps)
        for threads in counts:
            for name in names:
                progress.update(task, description=name)
                try:
                    if name not in failed:
                        speeds.append(_installed(name, threads))
                except (ModelError, RecognizerError) as error:
                    if models:
                        raise
                    failed.append(name)
                    line = f"{name}: wrong: {error}"
                    progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
                progress.advance(task)
        for size, quantisation, path in _random_models(sizes, formats):
            progress.update(task, description=f"{size} {quantisation}")
            for threads in counts:
                for padding in (PADDING_ROWS, None):
                    speeds.append(measured_speed(path, size, size, threads, padding))
                    progress.advance(task)
    return speeds, failed


def _installed(name: str, threads: int) -> Speed:
    path = store.find(name)
    with opened(path) as model:
        padding = card_of(model).padding
    return measured_speed(path, name, None, threads, padding)


def _random_models(sizes: list[str], formats: list[str]) -> Iterator[tuple[str, str, Path]]:
    """Write one random model after another to the same file: the largest has half a gigabyte."""
    with tempfile.TemporaryDirectory(
        prefix="saykey-bench-", dir=_DISK if _DISK.is_dir() else None
    ) as folder:
        path = Path(folder) / "random.bin"
        for size in sizes:
            for quantisation in formats:
                random_weights.write_random(path, size, quantisation)
                yield size, quantisation, path


def _table(speeds: list[Speed]) -> list[str]:
    rows = [("model", "format", "threads", "window", "load", "memory", "phrase", "encoder",
             "token", "text after")]  # fmt: skip
    for speed in speeds:
        name = speed.name if speed.size is None else f"{speed.name}, random"
        rows += [
            (
                name, speed.quantisation, str(speed.threads), str(each.rows),
                f"{speed.load_ms:.0f} ms", f"{speed.memory_mb:.0f} MB", f"{each.phrase_s} s",
                f"{each.encode_ms:.0f} ms", f"{each.token_ms:.1f} ms", f"{each.text_ms:.0f} ms",
            )
            for each in speed.passes
        ]  # fmt: skip
    return aligned(rows)


def _advised(best: Advice, within: float) -> list[str]:
    lines = [f"Text within {within:g} s of the end of a {USUAL_S} s phrase:"]
    for speed in best.installed:
        lines.append(f"  installed: {speed.name} ({_how(speed)})")  # noqa: PERF401
    if not best.installed:
        lines.append("  none of the installed models measured here")
    short, full = best.short, best.full
    lines += [
        f"  to download: models for short windows up to {short.size} in {_how(short)}"
        if short
        else "  to download: no size measured here, not even one for short windows",
        f"  to download: any other Whisper up to {full.size} in {_how(full)}"
        if full
        else "  any other Whisper hears 30 s at a time, which is too slow here",
    ]
    return lines


def _could_be_sooner(speeds: list[Speed]) -> list[str]:
    return [
        f"{speed.name} hears 30 s at a time; `saykey model bench {speed.name} --recordings FOLDER` "
        "shows whether short windows suffice"
        for speed in speeds
        if speed.size is None and speed.padding is None
    ]


def _how(speed: Speed) -> str:
    threads = f"{speed.threads} thread" + ("" if speed.threads == 1 else "s")
    return f"{speed.quantisation}, {threads}: {speed.usual_ms:.0f} ms"
