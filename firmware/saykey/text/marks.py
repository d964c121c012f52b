"""Parts a text into its words and its closing mark. Pure."""

import regex

_CLOSING_MARK = regex.compile(r"\s*[\p{Terminal_Punctuation}…‥]+[\p{Pe}\p{Pf}\"']*\Z")
"""The punctuation of any script that ends a sentence or a part of one, and the white space before
it, as in French. Closing quotes and brackets behind the mark belong to it."""


def parted(text: str) -> tuple[str, str]:
    """The words of a text and its closing mark. Both together are the text.

    The mark is "" if the text has none, or if it has no words.
    """
    found = _CLOSING_MARK.search(text)
    if found is None or not found.start():
        return text, ""
    return text[: found.start()], found[0]
