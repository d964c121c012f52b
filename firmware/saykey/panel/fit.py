"""Fits text into the few lines of a monospaced display. Widths are counted in graphemes."""

import regex

ELLIPSIS = "…"

_GRAPHEME = regex.compile(r"\X")


def graphemes(text: str) -> list[str]:
    """The user-perceived characters of a text (UAX #29), one cell each on the display."""
    cells: list[str] = _GRAPHEME.findall(text)
    return cells


def cut(text: str, columns: int) -> str:
    """The text if it fits into a line, else its beginning and an ellipsis."""
    cells = graphemes(_one_line(text))
    if len(cells) <= columns:
        return "".join(cells)
    return "".join(cells[: columns - 1]).rstrip() + ELLIPSIS


def wrap(text: str, columns: int) -> tuple[str, ...]:
    """The text in lines, broken at spaces. A longer word is broken where the line ends."""
    lines: list[list[str]] = []
    for word in _one_line(text).split(" "):
        cells = graphemes(word)
        if lines and len(lines[-1]) + 1 + len(cells) <= columns:
            lines[-1] += [" ", *cells]
            continue
        lines += [cells[at : at + columns] for at in range(0, len(cells), columns)]
    return tuple("".join(line) for line in lines)


def beginning(text: str, columns: int, lines: int) -> tuple[str, ...]:
    """The first lines of a text. The last of them ends in an ellipsis if there is more text."""
    wrapped = wrap(text, columns)
    if len(wrapped) <= lines:
        return wrapped
    return (*wrapped[: lines - 1], cut(" ".join(wrapped[lines - 1 :]), columns))


def newest(text: str, columns: int, lines: int) -> tuple[str, ...]:
    """The last words of a text, as many as fit, after an ellipsis if there are more words."""
    wrapped = wrap(text, columns)
    if len(wrapped) <= lines:
        return wrapped
    room = columns * lines - 1
    words = _one_line(text).split(" ")[-room:]
    for first in range(1, len(words)):
        wrapped = wrap(ELLIPSIS + " ".join(words[first:]), columns)
        if len(wrapped) <= lines:
            return wrapped
    return wrap(ELLIPSIS + "".join(graphemes(words[-1])[-room:]), columns)


def _one_line(text: str) -> str:
    return " ".join(text.split())
