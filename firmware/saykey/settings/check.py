"""What is not right in a settings file, in words: the key, its value, and what would be right.

All of it is read off the types in `saykey.settings.schema`, so nothing is stated twice.
"""

import datetime
import difflib
import json
import tomllib
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import inspect

from saykey.errors import SettingsError

_LONGEST_VALUE = 40
_KINDS: tuple[tuple[type, str], ...] = (
    (dict, "a table"),
    (list, "a list"),
    (datetime.date, "a date"),
    (datetime.time, "a time"),
)


def parse_toml(toml_text: str, origin: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises SettingsError with the line of what is no TOML."""
    try:
        return tomllib.loads(toml_text)
    except ValueError as error:  # TOMLDecodeError, or that of int() on thousands of digits
        message = " ".join(str(error).split())
        raise SettingsError(f"{origin} is not TOML: {message}") from None
    except RecursionError:
        raise SettingsError(f"{origin} is not TOML for settings: nested too deeply") from None


def check_tables(tables: dict[str, Any], root: type[msgspec.Struct], origin: str) -> None:
    """Raise SettingsError on the first key that ``root`` does not know or whose value is wrong."""
    fault = _fault_in_table(tables, _struct(root), "")
    if fault is not None:
        raise SettingsError(f"{origin}: {fault}")


def range_in_words(kind: inspect.Type) -> str:
    """What a value of this type may be, such as ``a whole number from 0 to 27``."""
    match kind:
        case inspect.Metadata(type=inner, extra_json_schema=schema):
            return str((schema or {}).get("description") or range_in_words(inner))
        case inspect.UnionType():
            return range_in_words(without_none(kind))
        case inspect.LiteralType(values=values):
            return " or ".join(json.dumps(value) for value in values)
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType(ge=low, le=high):
            return "a whole number" + (f" from {low or 0} to {high}" if high is not None else "")
        case inspect.FloatType(ge=low, le=high):
            return "a number" + (f" from {low or 0:g} to {high:g}" if high is not None else "")
        case inspect.StrType(min_length=low, max_length=high):
            most = "" if high is None else f" of at most {high} characters"
            return f"text in quotes{most}{', not empty' if low else ''}"
        case _:
            raise TypeError(f"no words for settings of type {kind}")


def without_none(kind: inspect.Type) -> inspect.Type:
    """The type of an optional key when it is given; any other type as it is."""
    if not isinstance(kind, inspect.UnionType):
        return kind
    (given,) = (kind for kind in kind.types if not isinstance(kind, inspect.NoneType))
    return given


def _fault_in_table(table: dict[str, Any], kind: inspect.StructType, section: str) -> str | None:
    known = {field.name: field for field in kind.fields}
    for key in table:
        if key not in known:
            return _unknown(key, sorted(known), section)
    types = {field.name: field.type for field in msgspec.structs.fields(kind.cls)}
    for key, value in table.items():
        fault = _fault_in_value(key, value, known[key].type, types[key], section)
        if fault is not None:
            return fault
    return None


def _fault_in_value(
    key: str, value: object, kind: inspect.Type, annotation: Any, section: str
) -> str | None:
    match kind:
        case inspect.StructType():
            if not isinstance(value, dict):
                return f"{key} = {_in_toml(value)} must be a section; write [{key}] above its keys"
            return _fault_in_table(value, kind, f"[{key}]")
        case inspect.VarTupleType(item_type=inspect.StructType() as item):
            return _fault_in_tables(key, value, item)
    try:
        msgspec.convert(value, annotation)
    except msgspec.ValidationError:
        return f"{section} {key} = {_in_toml(value)} must be {range_in_words(kind)}".lstrip()
    return None


def _fault_in_tables(key: str, value: object, item: inspect.StructType) -> str | None:
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        return f"{key} must be a list of sections; write [[{key}]] above the keys of each"
    for number, table in enumerate(value, start=1):
        place = f"[[{key}]]" if len(value) == 1 else f"[[{key}]] number {number}:"
        fault = _fault_in_table(table, item, place)
        if fault is not None:
            return fault
    return None


def _unknown(key: str, known: list[str], section: str) -> str:
    nearest = nearest_of(key, known)
    advice = f' (did you mean "{nearest}"?)' if nearest else ""
    if not section:
        return f"there is no section {_in_toml(key)}{advice}; sections: {', '.join(known)}"
    return f"{section.rstrip(':')} has no key {_in_toml(key)}{advice}; keys: {', '.join(known)}"


def nearest_of(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, if any is."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1)), None)


def _in_toml(value: object) -> str:
    """A value as one short line."""
    for kind, words in _KINDS:
        if isinstance(value, kind):
            return words
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _struct(cls: type[msgspec.Struct]) -> inspect.StructType:
    kind = inspect.type_info(cls)
    if not isinstance(kind, inspect.StructType):
        raise TypeError(f"{cls} is no section")
    return kind
