"""Finds where the new words begin in a text of two phrases that were recognised together. Pure.

The first phrase was typed before. The recognizer hears its end again, together with the phrase that
follows it. The typed words are looked for at the beginning of the joint text. They need not be the
same letter by letter, because the recognizer understands some words better the second time.
"""

from dataclasses import dataclass, field

import regex

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_MARK = regex.compile(r"[\p{Po}…-]*")

_MOST_DIFFERENT = 0.3
"""Typed words are found if at most this share of their letters differs."""

_COMPARED = 400
"""Letters of the typed text that are compared; twelve seconds of speech hold fewer."""

_NEAR = 8
_NEAR_DIFFERENT = 2
"""Of the last eight letters before the seam at most two may differ. Otherwise it is not certain
where the typed words end, and a word could be lost or typed twice."""


@dataclass(frozen=True, slots=True)
class Joint:
    """A joint text, divided behind the typed words.

    ``mark`` is the punctuation between both parts, "" for none. ``text`` begins with the first new
    word, spelt as in the joint text, and with what opens in front of it, such as a quote.
    """

    mark: str
    text: str = field(repr=False)


def divided(typed: str, joint: str) -> Joint | None:
    """Divide the joint text behind the words that were typed; None if they are not in it.

    ``typed`` may begin earlier than the joint text, which holds only its end. None is also returned
    if nothing follows the typed words.
    """
    wanted = "".join(_letters(word) for word, _ in _words(typed))[-_COMPARED:]
    words = _words(joint)
    if not wanted or len(words) < 2:
        return None
    spelt = [_letters(word) for word, _ in words]
    costs = _costs(wanted, "".join(spelt))
    ends, at = [], 0
    for word in spelt[:-1]:
        at += len(word)
        ends.append(at)
    # the longest of equally good beginnings: "no, no" is not found in the first "no" alone
    cost, end = min(((costs[end] / end, -end) for end in ends if end), default=(1.0, 0))
    if cost > _MOST_DIFFERENT or _differ_near(wanted, spelt, -end):
        return None
    number = ends.index(-end)
    (word, at), (_, begin) = words[number], words[number + 1]
    mark = _MARK.match(joint, at + len(word), begin)
    behind = mark.end() if mark is not None else at + len(word)
    return Joint(joint[at + len(word) : behind], joint[behind:].lstrip())


def space_between(first: str, second: str) -> str:
    """What to put between two parts of a sentence: a space, or nothing in scripts without them."""
    unspaced = _UNSPACED.search(first[-1:]) and _UNSPACED.match(second)
    return "" if unspaced or not first or not second else " "


def _differ_near(wanted: str, spelt: list[str], end: int) -> bool:
    near = "".join(spelt)[max(0, end - _NEAR) : end]
    return _costs(wanted[-_NEAR:], near)[-1] > _NEAR_DIFFERENT


def _words(text: str) -> list[tuple[str, int]]:
    """The words and where each begins. In scripts without spaces each letter is a word."""
    return [
        found
        for match in _WORD.finditer(text)
        for found in (
            [(letter, match.start() + at) for at, letter in enumerate(match.group())]
            if _UNSPACED.search(match.group())
            else [(match.group(), match.start())]
        )
    ]


def _letters(word: str) -> str:
    return word.casefold().replace("'", "").replace("’", "")


def _costs(wanted: str, spelt: str) -> list[int]:
    """For each length of a beginning of ``spelt``: its edit distance to some end of ``wanted``."""
    column = [0] * (len(wanted) + 1)  # any part at the beginning of the typed text may be missing
    costs = [0]
    for letter in spelt:
        diagonal, column[0] = column[0], column[0] + 1
        for at, other in enumerate(wanted, 1):
            diagonal, column[at] = (
                column[at],
                min(diagonal + (letter != other), column[at] + 1, column[at - 1] + 1),
            )
        costs.append(column[-1])
    return costs
