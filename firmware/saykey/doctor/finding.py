"""The findings of the doctor, and how they are written as text."""

import textwrap
from collections.abc import Iterable
from enum import Enum

import msgspec

_WIDTH = 100


class Grade(Enum):
    """How bad it is: a FAULT keeps Saykey from typing, ADVICE does not."""

    OK = "ok"
    ADVICE = "advice"
    FAULT = "fault"


class Finding(msgspec.Struct, frozen=True):
    """The result of one check: its grade, what was found, and, unless it is OK, what to do."""

    check: str
    grade: Grade
    text: str
    remedy: str = ""


def well(check: str, text: str) -> Finding:
    """A finding that something is as it should be."""
    return Finding(check, Grade.OK, text)


def advice(check: str, text: str, remedy: str) -> Finding:
    """A finding that something works, but could be better or may stop working."""
    return Finding(check, Grade.ADVICE, text, remedy)


def fault(check: str, text: str, remedy: str) -> Finding:
    """A finding that something keeps Saykey from typing."""
    return Finding(check, Grade.FAULT, text, remedy)


def faulty(findings: Iterable[Finding]) -> bool:
    """Whether any of them is a fault."""
    return any(finding.grade is Grade.FAULT for finding in findings)


def in_words(findings: Iterable[Finding]) -> str:
    """The findings as lines for people: grade, check, text, and the remedy under it."""
    lines = []
    for finding in findings:
        head = f"{finding.grade.value:<7} {finding.check:<10} "
        lines += _wrapped(finding.text, head, " " * len(head))
        lines += _wrapped(finding.remedy, " " * (len(head) - 3) + "-> ", " " * len(head))
    return "\n".join(lines)


def _wrapped(text: str, first: str, others: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
