"""What a check of a settings file finds: one line each, with what to do about it."""

from dataclasses import dataclass
from enum import Enum


class Grade(Enum):
    """Whether `saykey run` starts all the same.

    ERROR: it refuses to. WARNING: it starts, and what the file wants works once that is mended.
    """

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """``text`` names the key and what is wrong with it, ``remedy`` is what the user should do.

    ``remedy`` is "" where the text says what the value may be.
    """

    text: str
    remedy: str = ""
    grade: Grade = Grade.ERROR

    @property
    def line(self) -> str:
        """Both on one line, with nothing that would command a terminal."""
        return printable(f"{self.text}; {self.remedy}" if self.remedy else self.text)


def printable(text: str) -> str:
    """The text with escapes for the characters that do not show."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
