"""Draw docs/states.md: the device's state machines, from the tables the code steps through."""

from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from saykey.state.hearing import CAPTURE, PHRASE, CaptureState, Stage
from saykey.state.loading import MODEL, Loading
from saykey.state.pieces import PIECE, Fate

PAGE = Path(__file__).parents[1] / "docs" / "states.md"

HEAD = """# The device's states

Drawn by `make docs` from the tables in `firmware/saykey/state`; do not edit.

Four small machines stand side by side; none waits for another. A dictation's capture can be open
while its first phrase is typed and its second recognised. What the tables do not say stands in
`step.py`: after each event, phrases that are done leave for their host in the order of speech,
the next piece is typed, and the recognizer gets its next work (complete phrases first, then a
guess at a pause, then retries).
"""


def diagram(table: Mapping[tuple[Enum, str], Enum], start: Enum) -> str:
    """A Mermaid state diagram of a table of (state, what happens) -> state."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {start.value}"]
    for (state, cue), after in table.items():
        lines.append(f"    {state.value} --> {after.value}: {cue}")
    return "\n".join([*lines, "```"])


def page() -> str:
    """The whole page."""
    sections = [
        ("The capture of a dictation", diagram(CAPTURE, CaptureState.OPEN)),
        ("A phrase", diagram(PHRASE, Stage.SPEAKING)),
        ("A piece of text on its way to a host", diagram(PIECE, Fate.QUEUED)),
        ("The model", diagram(MODEL, Loading.LOADING)),
    ]
    parts = [HEAD, *(f"## {title}\n\n{drawn}\n" for title, drawn in sections)]
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
