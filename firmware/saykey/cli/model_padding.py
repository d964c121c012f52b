"""Measures the padding a model needs for short windows, on the user's recordings."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from saykey.audio.files import duration_s, read_pcm16
from saykey.cli.progress import bars
from saykey.cli.tables import aligned
from saykey.errors import UsageError
from saykey.measure.client import measuring
from saykey.measure.padding import (
    FEWEST_WORDS,
    Outcome,
    Recording,
    chosen,
    difference,
    outcomes,
    spoken_words,
)
from saykey.models.store import store
from saykey.models.store.card import place_of, read_card
from saykey.models.store.user_store import write_card

_LONGEST_S = 30.0


@dataclass(frozen=True, slots=True)
class Measured:
    """The result. ``spoken``: words of each recording; ``written``: the card if it was written."""

    model: str
    found: Sequence[Outcome]
    best: Outcome
    spoken: Sequence[int]
    written: Path | None


def measured_padding(
    model: str, folder: Path, language: str, threads: int, *, write: bool
) -> Measured:
    """Hear the recordings of the folder; if ``write``, store the padding in the model's card.

    Raises UsageError for an unsuitable folder, ModelError and RecognizerError.
    """
    path = store.find(model)
    if write and "/" not in model and not store.find_stored(model).own:
        raise UsageError(
            f"{model} came with the system and cannot be changed; measure it with --dry-run, "
            "or import a copy of it"
        )
    recordings = recordings_of(folder)
    spoken = spoken_words(recordings)
    if sum(spoken) < FEWEST_WORDS:
        raise UsageError(
            f"{folder} holds {sum(spoken)} spoken words; at least {FEWEST_WORDS} are needed "
            "to compare paddings"
        )
    with (
        measuring(path, threads, exact=True) as process,
        bars() as progress,
    ):
        task = progress.add_task(model, total=len(recordings))
        found = outcomes(recordings, process.hear, language, done=lambda: progress.advance(task))
    best = chosen(found, sum(spoken))
    if write:
        _note(path, best.padding)
    return Measured(model, found, best, spoken, place_of(path) if write else None)


def _note(path: Path, padding: int | None) -> None:
    card = msgspec.structs.replace(read_card(path), dynamic_context=padding is not None)
    if padding is not None:
        card = msgspec.structs.replace(card, padding_rows=padding)
    write_card(path, card)


def recordings_of(folder: Path) -> list[Recording]:
    """Read each NAME.wav (or .flac) and the NAME.txt beside it, in the order of the names.

    Raises UsageError when there are none, one is too long, or one has no text.
    """
    sounds = sorted(path for kind in ("*.wav", "*.flac") for path in folder.glob(kind))
    if not sounds:
        raise UsageError(f"{folder} holds no WAV files; put NAME.wav and NAME.txt there")
    recordings = []
    for sound in sounds:
        if (length_s := duration_s(sound)) is None:
            raise UsageError(f"{sound} is not a WAV or FLAC file; convert it to one")
        if length_s > _LONGEST_S:
            raise UsageError(f"{sound} lasts {length_s:.0f} s; cut it into phrases of at most 30 s")
        beside = sound.with_suffix(".txt")
        try:
            text = beside.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"{beside} cannot be read ({error}); write what is said in {sound.name} there"
            ) from None
        recordings.append(Recording(text, read_pcm16(sound)))
    return recordings


def in_words(measured: Measured) -> str:
    """The result as a table and a conclusion."""
    found, best, spoken = measured.found, measured.best, measured.spoken
    full = found[0]
    rows = [("padding", "words wrong", "against the full window", "95 % interval", "heard again",
             "rows a phrase")]  # fmt: skip
    for outcome in found:
        least, more, most = difference(full.errors, outcome.errors, spoken)
        compared = outcome.padding is not None
        rows.append(
            (
                str(outcome.padding) if compared else "full window",
                f"{sum(outcome.errors)} of {sum(spoken)}",
                f"{more:+.2%}" if compared else "",
                f"{least:+.2%} to {most:+.2%}" if compared else "",
                str(outcome.again) if compared else "",
                f"{outcome.rows:.0f}",
            )
        )
    verdict = (
        "No short window is as accurate as the full one; the full one is used."
        if best.padding is None
        else f"{best.padding} rows of padding ({best.padding / 50:.2g} s) are as accurate as "
        f"the full window, in {best.rows / full.rows:.0%} of its rows."
    )
    lines = [*aligned(rows), "", verdict]
    if measured.written is not None:
        lines.append(f"Written to {measured.written}.")
    return "\n".join(lines)


def in_json(measured: Measured) -> str:
    """The result as JSON. ``more_than_full`` is lower bound, measured, upper bound, per word."""
    found, spoken = measured.found, measured.spoken
    full = found[0]
    told = {
        "model": measured.model,
        "recordings": len(spoken),
        "words": sum(spoken),
        "padding_rows": measured.best.padding,
        "tried": [
            {
                "padding_rows": outcome.padding,
                "errors": sum(outcome.errors),
                "more_than_full": difference(full.errors, outcome.errors, spoken),
                "heard_again": outcome.again,
                "rows": outcome.rows,
            }
            for outcome in found
        ],
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=1).decode()
