"""Worked examples in text files: JSON strings in a row, with marks such as -> between them."""

import json
from pathlib import Path

DATA = Path(__file__).parent / "data"


def examples(name: str, *between: str) -> list[tuple[str, ...]]:
    """The strings of each line of a file in tests/data, which stand ``between`` these marks."""
    decoder = json.JSONDecoder()
    found = []
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        text, at = decoder.raw_decode(line)
        texts = [text]
        for mark in between:
            assert line[at : at + len(mark)] == mark, line
            text, at = decoder.raw_decode(line, at + len(mark))
            texts.append(text)
        assert at == len(line), line
        found.append(tuple(texts))
    return found
