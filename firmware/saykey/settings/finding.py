"""Findings of a check of a settings file. Each is one line that also says what to do."""

from dataclasses import dataclass
from enum import Enum


class Grade(Enum):
    """How serious a finding is.

    ERROR: `saykey run` refuses to start. WARNING: it starts, and the setting takes effect when the
    cause is fixed.
    """

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class SettingsFinding:
    """An error or a warning. ``text`` names the key and says what is wrong with it.

    ``remedy`` says what the user should do. It is "" if the text already says so.
    """

    text: str
    remedy: str = ""
    grade: Grade = Grade.ERROR

    @property
    def line(self) -> str:
        """Text and remedy on one line, without control characters for a terminal."""
        return printable(f"{self.text}; {self.remedy}" if self.remedy else self.text)


def printable(text: str) -> str:
    """The text with escape sequences for characters that are not printable."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
