"""`saykey eval`: how well models hear a dataset, on the device's own path."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from saykey.cli.progress import bars
from saykey.cli.record import record
from saykey.cli.tables import aligned
from saykey.clock import MonotonicClock
from saykey.errors import RecognizerError
from saykey.measure.datasets import find
from saykey.measure.evaluation import Evaluation
from saykey.measure.report import write
from saykey.measure.report.as_json import as_json as in_json
from saykey.measure.report.page import origin
from saykey.measure.report.results import Results, results_of
from saykey.measure.report.tables import tables_of
from saykey.measure.scoring.normal import normaliser
from saykey.measure.scoring.scores import Scorer
from saykey.models.store import store
from saykey.offline.evaluate import Evaluator, Plan
from saykey.settings.load import load
from saykey.settings.override import overridden
from saykey.settings.schema import Settings

SHOWN = 10
"""How many recordings that are left out are listed on the terminal. Reports list all."""

_FOLDER = click.Path(path_type=Path)


class _WithRecord(click.Command):
    """A command whose first argument may be the name of another one, "record"."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Prepare this command, or `eval record`."""
        if args[:1] == ["record"]:
            return record.make_context(f"{info_name} record", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(cls=_WithRecord)
@click.argument("dataset", type=_FOLDER)
@click.option("--transcripts", type=_FOLDER, metavar="LIST",
              help="A file with the texts of the recordings, lines of NAME: TEXT.")  # fmt: skip
@click.option("--model", "models", multiple=True, metavar="MODEL",
              help="A model's name or file; may be repeated; default: the settings'.")  # fmt: skip
@click.option("--set", "changes", multiple=True, metavar="SECTION.KEY=VALUE",
              help="Hear all once more with this setting changed; may be repeated.")  # fmt: skip
@click.option("--language", metavar="CODE", help="The language spoken; default: the settings'.")
@click.option("--release", type=click.FloatRange(0, 60), metavar="SECONDS",
              help="Release so long after the last voice; default: at the end.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Hear only N recordings.")
@click.option("--out", type=_FOLDER, metavar="FOLDER",
              help="Write a report with all texts as HTML, Markdown and JSON.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--config", type=_FOLDER, metavar="FILE", help="Settings file.")
def command(  # noqa: PLR0913 - click's way
    *,
    dataset: Path,
    transcripts: Path | None,
    models: tuple[str, ...],
    changes: tuple[str, ...],
    language: str | None,
    release: float | None,
    limit: int | None,
    out: Path | None,
    as_json: bool,
    config: Path | None,
) -> None:
    """Measure how well models hear the recordings of DATASET, a folder with transcripts.

    Each recording is a dictation. It goes through the device's own state machine and recognizer,
    and the text that would be typed is compared with the transcript. DATASET is a folder of audio
    files with a .txt each, a tree of LibriSpeech, an audiofolder of Hugging Face, or a table of
    Common Voice. The first model is compared with each other one.

    `saykey eval record FOLDER` makes such a folder of your own voice.
    """
    settings = load(config)
    if language is not None:
        settings = overridden(settings, f"recognizer.language={language}")
    spoken = settings.recognizer.language
    scorer = Scorer(normaliser(spoken), spoken)
    plans = list(_plans(settings, models, changes))
    for plan in plans:  # reports a wrong name before any work
        store.find(plan.settings.recognizer.model)
    found = find.read(dataset, transcripts)
    if limit is not None:
        found = find.limited(found, limit)
    if out is not None:
        write.prepare(out)
    when = "at its end" if release is None else f"{release:g} s after the last voice"
    evaluation = Evaluation(str(dataset), found, spoken, when)
    evaluation, interrupted = _heard(evaluation, plans, release)
    _report(results_of(evaluation, scorer), out, as_json=as_json)
    if interrupted:
        click.echo("saykey: interrupted; the figures are those of the recordings heard", err=True)
        raise KeyboardInterrupt
    if early := [run for run in evaluation.runs if run.trouble]:
        raise RecognizerError(f"{early[0].name}: {early[0].trouble}")


def _plans(settings: Settings, models: tuple[str, ...], changes: tuple[str, ...]) -> Iterator[Plan]:
    for model in models or (settings.recognizer.model,):
        usual = replace(settings, recognizer=replace(settings.recognizer, model=model))
        yield Plan(usual)
        for change in changes:
            yield Plan(overridden(usual, change), (change,))


def _heard(
    evaluation: Evaluation, plans: list[Plan], release: float | None
) -> tuple[Evaluation, bool]:
    """The evaluation with all runs, and whether Ctrl-C ended it early."""
    with bars() as progress:
        task = progress.add_task("", total=len(plans) * len(evaluation.dataset.items))

        def done(run: str) -> None:
            progress.update(task, advance=1, description=run)

        evaluator = Evaluator(evaluation, release, MonotonicClock(), done=done)
        try:
            asyncio.run(evaluator.run(plans))
        except KeyboardInterrupt:
            return evaluator.evaluation, True
    return evaluator.evaluation, False


def _report(results: Results, out: Path | None, *, as_json: bool) -> None:
    if out is not None:
        write.write(out, results)
    if as_json:
        click.echo(in_json(results, texts=False))
        return
    for line in _lines(results):
        click.echo(line)
    if out is not None:
        click.echo(f"\nThe report is {out / write.PAGE}")


def _lines(results: Results) -> Iterator[str]:
    yield origin(results)
    yield from (*results.troubles, *results.notices)
    for each in results.left_out[:SHOWN]:
        yield f"left out: {each.name}: {each.reason}"
    if (more := len(results.left_out) - SHOWN) > 0:
        yield f"left out: {more} more, which --out and --json list"
    for table in tables_of(results):
        yield from ("", table.title, *aligned([table.head, *table.rows]))
