"""Draw docs/states.md: the device's state machines, from the transition tables in the code."""

from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from saykey.state.hearing import CAPTURE, PHRASE, CaptureState, Stage
from saykey.state.loading import MODEL, Loading
from saykey.state.pieces import PIECE, Fate

PAGE = Path(__file__).parents[1] / "docs" / "states.md"

HEAD = """# The device's states

`make docs` draws this page from the tables in `firmware/saykey/state`. Do not edit it.

The state consists of four small state machines. They run side by side, and none waits for another:
a dictation's capture can be open while its first phrase is typed and its second is recognised. The
rules that connect them are in `step.py`. After each event, finished phrases go to their host in the
order of speech, the next piece is typed, and the recognizer gets its next work: complete phrases
first, then speculations at a pause, then retries.
"""


def diagram(table: Mapping[tuple[Enum, str], Enum], start: Enum) -> str:
    """A Mermaid state diagram of a transition table, (state, cue) -> state."""
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
