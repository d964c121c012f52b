"""Every worked example of tests/data/seams.txt holds, typed at once or held before."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest
from story import Story

from saykey import requests as rq
from saykey.flow import Verdict
from saykey.ports import Link

EXAMPLES = Path(__file__).parents[1] / "data" / "seams.txt"


class Spoken(NamedTuple):
    """A phrase of an example. ``seam`` is None if it was recognised alone."""

    text: str
    seam: str | None = None
    cut: bool = False
    failed: bool = False


def spoken(source: str) -> Spoken:
    """Read one phrase of an example."""
    if source in {"empty", "failed"}:
        return Spoken("", failed=source == "failed")
    rest = source.removeprefix("cut ")
    seam = None
    if rest.startswith("["):
        seam, _, rest = rest[1:].partition("] ")
    return Spoken(json.loads(rest), seam, cut=rest != source and source.startswith("cut "))


def examples() -> list[tuple[tuple[Spoken, ...], str]]:
    found = []
    for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        phrases, _, typed = line.rpartition(" -> ")
        found.append((tuple(map(spoken, phrases.split(" + "))), json.loads(typed)))
    return found


def say(story: Story, number: int, phrase: Spoken) -> None:
    """One phrase is spoken and recognised, or not."""
    story.say(number, cut=phrase.cut)
    if phrase.failed:
        story.worker_dies_on(number)
        story.worker_dies_on(number)
        return
    verdict = Verdict.GOOD if phrase.text else Verdict.EMPTY
    story.hear(number, phrase.text, verdict=verdict, seam=phrase.seam)


@pytest.mark.parametrize(("phrases", "text"), examples())
def test_a_dictation_reads_as_the_example_says(phrases: tuple[Spoken, ...], text: str) -> None:
    story = Story()
    story.press()
    for number, phrase in enumerate(phrases, start=1):
        say(story, number, phrase)
        story.type_all()
    story.release()
    story.drained()
    story.type_all()
    assert "".join(story.typing()) == text


@pytest.mark.parametrize(("phrases", "text"), examples())
def test_it_reads_the_same_if_all_of_it_was_held(phrases: tuple[Spoken, ...], text: str) -> None:
    story = Story()
    story.link("desk", Link.DOWN)
    story.press()
    for number, phrase in enumerate(phrases, start=1):
        say(story, number, phrase)
    story.release()
    story.drained()
    story.link("desk", Link.UP)
    story.tell(rq.HeldTextWanted())
    story.type_all()
    assert "".join(story.typing()) == text


@pytest.mark.parametrize(
    ("phrases", "text"), [each for each in examples() if sum(bool(p.text) for p in each[0]) > 1]
)
def test_it_reads_the_same_if_the_link_dropped_after_the_first_phrase(
    phrases: tuple[Spoken, ...], text: str
) -> None:
    story = Story()
    story.press()
    say(story, 1, phrases[0])
    story.type_all()
    story.link("desk", Link.DOWN)
    for number, phrase in enumerate(phrases[1:], start=2):
        say(story, number, phrase)
    story.release()
    story.drained()
    story.link("desk", Link.UP)
    story.tell(rq.HeldTextWanted())
    story.type_all()
    assert "".join(story.typing()) == text
