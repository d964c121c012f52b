"""Prints all settings with their docs, ranges and defaults, as a TOML file with the defaults."""

import inspect as python
import json
import re
import textwrap
from typing import Any

import msgspec
from msgspec import inspect

from saykey.settings.check import range_in_words
from saykey.settings.schema import Settings

_WIDTH = 88
_KEY = re.compile(r"^(\w+): ", re.MULTILINE)

_HEAD = """\
Settings of saykey. A key that is left out has the default shown here.
The file named by --config is read, or else /etc/saykey/saykey.toml."""


_PAGE_HEAD = """\
# Settings

Saykey reads one TOML file: the one named by `--config`, or else /etc/saykey/saykey.toml if it
exists. Without a file all keys have their defaults. `saykey run` refuses a file with an error. It
prints one line that names the key and says what to do. `saykey settings check FILE` prints all
errors and warnings, and starts nothing.

`make docs` writes this page from the types and docstrings in firmware/saykey/settings/schema.py.
`saykey settings > saykey.toml` writes the same text as a first settings file.
"""


def document() -> str:
    """The text of a settings file with every key."""
    root = inspect.type_info(Settings)
    assert isinstance(root, inspect.StructType)  # noqa: S101 - for the type checker, cannot fail
    parts = [_comment(_HEAD)]
    for field in root.fields:
        if isinstance(field.type, inspect.VarTupleType):
            parts.append(_section(field.type.item_type, f"[[{field.name}]]"))
        else:
            parts.append(_section(field.type, f"[{field.name}]"))
    return "\n".join(parts)


def page() -> str:
    """The text of docs/settings.md. `make docs` writes it."""
    return f"{_PAGE_HEAD}\n```toml\n{document()}```\n"


def docs_of(section: type[msgspec.Struct]) -> tuple[str, dict[str, str]]:
    """The docstring of a section, split: the text about the section, and the text of each key."""
    first, *rest = _KEY.split(python.getdoc(section) or "")
    return first.strip(), dict(zip(rest[::2], map(_unwrapped, rest[1::2]), strict=True))


def _section(kind: inspect.Type, title: str) -> str:
    assert isinstance(kind, inspect.StructType)  # noqa: S101 - for the type checker, cannot fail
    about, docs = docs_of(kind.cls)
    keys = [_key(field, docs[field.name]) for field in kind.fields]
    return "\n".join(["", _comment(about) + title, *keys])


def _key(field: inspect.Field, doc: str) -> str:
    may_be = range_in_words(field.type)
    about = f"{doc}\n{may_be[0].upper()}{may_be[1:]}"
    if field.default is None:
        return _comment(f"{about}; not set by default.") + f"# {field.name} =\n"
    return _comment(f"{about}.") + f"{field.name} = {_in_toml(field.default)}\n"


def _in_toml(value: Any) -> str:
    """A default as TOML. JSON has the same syntax for strings, whole numbers and booleans."""
    return json.dumps(value, ensure_ascii=False)


def _comment(text: str) -> str:
    lines = [line for part in text.splitlines() for line in textwrap.wrap(part, _WIDTH)]
    return "".join(f"# {line}\n" for line in lines)


def _unwrapped(text: str) -> str:
    return " ".join(text.split())
