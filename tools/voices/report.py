"""The page docs/hearing.md: sections that can be measured anew one by one. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

HEAD = """# How the device hears people

Made by `PYTHONPATH=tools:tests .venv/bin/python -m voices`, from recordings in Debian's packages.
With names of parts it measures only those (`--help`).

What to know about the figures:

- The prompts are by one professional voice, Allison Smith. All but the 60 held-out prompts were
  heard in training, without their transcripts. Music on hold was heard in training as noise. The
  voices of klettres, ktuberling, tuxpaint and pocketsphinx were never heard in training.
- "Looked at" is the half of the recordings, by a checksum of the name, on which limits were set.
  "Other half" was not looked at.
- One thread of an x86-64 machine.
"""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page. ``pictures`` are SVG by the last part of their file names."""

    title: str
    text: str
    pictures: Mapping[str, str] = field(default_factory=dict)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def picture(name: str, shows: str) -> str:
    """The line of Markdown that shows a picture."""
    return f"![{shows}](images/{file_name(name)})"


def file_name(picture: str) -> str:
    """The name of the file of a picture in docs/images."""
    return f"hearing-{picture}.svg"


def renewed(page: str, sections: Sequence[Section], order: Sequence[str]) -> str:
    """The page with these sections in place of those with the same titles, in this order."""
    parts = dict(_parts(page))
    parts |= {section.title: section.text.strip() for section in sections}
    bodies = [f"## {title}\n\n{parts[title]}\n" for title in order if title in parts]
    return "\n".join([HEAD, *bodies])


def _parts(page: str) -> Iterable[tuple[str, str]]:
    for part in page.split("\n## ")[1:]:
        title, _, text = part.partition("\n")
        yield title, text.strip()
