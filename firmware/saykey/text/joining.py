"""Joins a phrase to the text before the cursor: the space between, and the first letter's case.

Whisper begins every phrase with a capital and ends it with a full stop. Its text is changed only
where it is certain to be wrong. After an unfinished sentence, an everyday word followed by a word
in lower case begins in lower case. After a finished sentence, a phrase begins with a capital.
"""

import regex

_NO_SPACE_AFTER = regex.compile(r"(?:\s|[\p{Ps}\p{Pi}¿¡]|(?:^|[\s\p{Ps}])[\"'])\Z")
_NO_SPACE_BEFORE = regex.compile(
    r"""
      [.,;:!?…%]+ (?![\p{L}\p{N}])      # closing punctuation, but not .5 or .NET
    | \.{2,}                            # an ellipsis, whatever follows
    | [\p{Pe}»”]                        # closing brackets and quotes
    | ['’] (?:s|t|d|m|re|ve|ll) \b      # the rest of a contraction
    | ['"’] (?![\p{L}\p{N}])            # a straight quote that opens nothing
    """,
    regex.VERBOSE,
)
_UNSPACED = (  # scripts written without spaces between words, and their punctuation
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
    r"\u3000-\u303f\uff01\uff1f\uff0c]"
)
_UNSPACED_BEFORE = regex.compile(_UNSPACED + r"\Z")
_UNSPACED_AFTER = regex.compile(_UNSPACED)

_SENTENCE_ENDED = regex.compile(r"(?:\A|\n|[.?!…\u3002\uff01\uff1f][\"'\p{Pe}\p{Pf}]*)[ \t]*\Z")
_ABBREVIATED = regex.compile(r"\b(?:e\.g|i\.e|vs|mr|mrs|ms|dr|prof)\.[ ]?\Z", regex.IGNORECASE)
_SENTENCE_GOES_ON = regex.compile(r"[\p{L}\p{N},;][ ]?\Z")
_SMALL_WORD = regex.compile(
    r"(?P<opening>[\p{Ps}\p{Pi}\"'¿¡]*)(?P<letter>\p{Ll})[\p{Ll}\p{M}'\u2019]*\b"
)
_FIRST_WORDS = regex.compile(r"(?P<first>\p{Lu}\p{Ll}+)[ ]\p{Ll}")

_EVERYDAY_WORDS = """
    The And Or But Nor So Because Although Though If When While Until Unless Than Then That This
    These Those Which Who Whose What Where How Why Of To In On At By For From With Without Into
    Onto Over Under About After Before Between Through During It Its He She They We You His Her
    Their Our Your My Is Are Was Were Be Been Has Have Had Not Also As
"""
EVERYDAY_WORDS = frozenset(_EVERYDAY_WORDS.split())
"""English words that are no names, and are in lower case within a sentence.

Left out on purpose: I; A, which may be a grade or a vitamin; Will, May, Mark and other names.
"""


def join(before: str, text: str) -> str:
    """What to type for a phrase, given the text before the cursor ("": unknown, or a new place).

    Puts one space between, or none, and may change the case of the first letter; nothing else.
    White space at the ends of ``text`` is removed; for an empty phrase the result is "".
    """
    return spaced(before, _cased(before, text.strip()))


def spaced(before: str, text: str) -> str:
    """What to type for a text whose case is right already: with one space before it, or none."""
    text = text.strip()
    return _space(before, text) + text if text else ""


def _space(before: str, text: str) -> str:
    if not before or before[-1].isspace():  # also the information separators, unlike \s
        return ""
    if _NO_SPACE_AFTER.search(before) or _NO_SPACE_BEFORE.match(text):
        return ""
    if _UNSPACED_BEFORE.search(before) and _UNSPACED_AFTER.match(text):
        return ""
    return " "


def _cased(before: str, text: str) -> str:
    if _ABBREVIATED.search(before):
        return text
    if _SENTENCE_ENDED.search(before):
        return _capitalised(text)
    if _SENTENCE_GOES_ON.search(before):
        return _uncapitalised(text)
    return text


def _capitalised(text: str) -> str:
    """Begin with a capital if the first word is all in lower case; iPhone and ß stay unchanged."""
    word = _SMALL_WORD.match(text)
    if word is None:
        return text
    at = word.start("letter")
    capital = text[at].upper()
    return text[:at] + capital + text[at + 1 :] if len(capital) == 1 else text


def _uncapitalised(text: str) -> str:
    """Begin an everyday word in lower case if the next word shows that it is no title or name."""
    words = _FIRST_WORDS.match(text)
    if words is None or words["first"] not in EVERYDAY_WORDS:
        return text
    return text[0].lower() + text[1:]
