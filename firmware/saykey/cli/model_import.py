"""`saykey model import` and `saykey model export`: convert models from and to other formats."""

from pathlib import Path

import click

from saykey.cli.progress import shown
from saykey.errors import RecognizerError
from saykey.flow import SAMPLE_BYTES, SAMPLE_RATE
from saykey.models.store import store
from saykey.models.store.card import Card, card_of

_SPEECH_BYTES = 4 * SAMPLE_RATE * SAMPLE_BYTES
"""4 s of pcm16: the first words of the bundled recording."""


@click.command("import")
@click.argument("source", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--name", help="The model's name; default: the name of the file.")
@click.option("--quantisation", metavar="FORMAT", help='Convert its weights to FORMAT ("q8_0").')
@click.option(
    "--dynamic-context",
    is_flag=True,
    help="The model was trained for short windows; any other loops or invents words with them.",
)
def import_model(
    source: Path, name: str | None, quantisation: str | None, *, dynamic_context: bool
) -> None:
    """Check the model FILE and copy it into the store.

    FILE is a whisper.cpp (ggml) file, a Whisper GGUF, a safetensors file or a Hugging Face folder.
    If the catalogue has a model with the same checksum, its entry is stored with the file.
    """
    from saykey.models.store.import_model import import_to_store

    name = store.checked_name(name or source.stem.removeprefix("ggml-"))
    with shown(name) as progress:
        path, card = import_to_store(
            *(source, name, progress), quantisation=quantisation, dynamic_context=dynamic_context
        )
    click.echo(f"{name} is in {path}, SHA-256 {card.sha256}; `saykey model use {name}` chooses it")
    _tell_if_endless(name, path, card)


def _tell_if_endless(name: str, path: Path, card: Card) -> None:
    from saykey.audio.files import read_pcm16
    from saykey.cli.demo import bundled
    from saykey.measure.endless import endless
    from saykey.recognizer.threads import usual_threads

    speech = read_pcm16(bundled()[0])[:_SPEECH_BYTES]
    try:
        found = endless(path, speech, card.padding, usual_threads())
    except RecognizerError as error:
        click.echo(f"warning: {name} could not be tested: {error}", err=True)
        return
    if found:
        click.echo(
            f"warning: {name} does not stop after {', '.join(found)} and repeats itself; train it "
            "with the end-of-text token in its labels, or choose another model",
            err=True,
        )


@click.command()
@click.argument("name")
@click.option("--gguf", "target", type=click.Path(path_type=Path), metavar="FILE", required=True,
              help="Write this GGUF file.")  # fmt: skip
def export(name: str, target: Path) -> None:
    """Write the model NAME as a self-describing GGUF file, with unchanged weights."""
    from saykey.models.formats.contents import Notes
    from saykey.models.formats.open_model import opened
    from saykey.models.store.convert import export_gguf

    with opened(store.find(name)) as model:
        card = card_of(model)
        notes = Notes(
            name=model.path.stem.removeprefix("ggml-"),
            description=card.description,
            licence=card.licence,
            origin=card.origin,
            languages=card.languages,
            dynamic_context=card.dynamic_context,
        )
        with shown(target.name) as progress:
            export_gguf(model, target, notes, progress)
    click.echo(f"{name} is in {target}")
