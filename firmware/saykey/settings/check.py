"""Checks the tables of a settings file. Messages name the key, its value and the allowed values.

Everything is derived from the types in `saykey.settings.schema`, so nothing is stated twice.
"""

import datetime
import difflib
import json
import tomllib
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import inspect

from saykey.settings.finding import SettingsFinding, printable

_LONGEST_VALUE = 40
_KINDS: tuple[tuple[type, str], ...] = (
    (dict, "a table"),
    (list, "a list"),
    (datetime.date, "a date"),
    (datetime.time, "a time"),
)


def parse_toml(toml_text: str) -> tuple[dict[str, Any], SettingsFinding | None]:
    """The tables of a TOML text. If it is invalid: no tables, and a finding that names the line."""
    try:
        return tomllib.loads(toml_text), None
    except ValueError as error:  # TOMLDecodeError, or from int() for thousands of digits
        message = " ".join(str(error).split())
        return {}, SettingsFinding(f"not TOML: {message}")
    except RecursionError:
        return {}, SettingsFinding("not TOML for settings: nested too deeply")


def prune(
    tables: dict[str, Any], root: type[msgspec.Struct]
) -> tuple[dict[str, Any], tuple[SettingsFinding, ...]]:
    """The valid sections, and a finding for each faulty key.

    A key is faulty if ``root`` does not have it, or if its value is out of range. Faulty sections
    are removed from a list of sections. A list is removed if nothing of it is left.
    """
    kind = _struct(root)
    known = {field.name: field.type for field in kind.fields}
    right: dict[str, Any] = {}
    faults: list[str] = []
    for key, value in tables.items():
        if key not in known:
            faults.append(_unknown(key, sorted(known), ""))
            continue
        kept, found = _section(key, value, known[key])
        faults += found
        if kept is not None:
            right[key] = kept
    return right, tuple(map(SettingsFinding, faults))


def range_in_words(kind: inspect.Type) -> str:
    """The allowed values of this type, in words, such as ``a whole number from 0 to 27``."""
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
    """The type of an optional key without None. Any other type is returned unchanged."""
    if not isinstance(kind, inspect.UnionType):
        return kind
    (given,) = (kind for kind in kind.types if not isinstance(kind, inspect.NoneType))
    return given


def _section(key: str, value: object, kind: inspect.Type) -> tuple[Any, list[str]]:
    """The valid part of a section or list of sections (None if nothing is left), and the faults."""
    if isinstance(kind, inspect.VarTupleType):
        return _sections(key, value, kind.item_type)
    if not isinstance(value, dict):
        return None, [f"{key} = {_in_toml(value)} must be a section; write [{key}] above its keys"]
    faults = _faults_in(value, kind, f"[{key}]")
    return (None if faults else value), faults


def _sections(key: str, value: object, kind: inspect.Type) -> tuple[Any, list[str]]:
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        advice = f"write [[{key}]] above the keys of each"
        return None, [f"{key} must be a list of sections; {advice}"]
    right, faults = [], []
    for number, table in enumerate(value, start=1):
        place = f"[[{key}]]" if len(value) == 1 else f"[[{key}]] number {number}:"
        found = _faults_in(table, kind, place)
        faults += found
        if not found:
            right.append(table)
    return (right if right or not value else None), faults


def _faults_in(table: dict[str, Any], kind: inspect.Type, place: str) -> list[str]:
    if not isinstance(kind, inspect.StructType):
        raise TypeError(f"{kind} is no section")
    known = {field.name: field.type for field in kind.fields}
    annotations = {field.name: field.type for field in msgspec.structs.fields(kind.cls)}
    faults = []
    for key, value in table.items():
        if key not in known:
            faults.append(_unknown(key, sorted(known), place))
        elif not _converts(value, annotations[key]):
            faults.append(f"{place} {key} = {_in_toml(value)} must be {range_in_words(known[key])}")
    return faults


def _converts(value: object, annotation: Any) -> bool:
    try:
        msgspec.convert(value, annotation)
    except msgspec.ValidationError:
        return False
    return True


def _unknown(key: str, known: list[str], section: str) -> str:
    nearest = nearest_of(key, known)
    advice = f' (did you mean "{nearest}"?)' if nearest else ""
    if not section:
        return f"there is no section {_in_toml(key)}{advice}; sections: {', '.join(known)}"
    return f"{section.rstrip(':')} has no key {_in_toml(key)}{advice}; keys: {', '.join(known)}"


def nearest_of(word: str, known: Iterable[str]) -> str | None:
    """The known word most similar to this one, or None."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1)), None)


def _in_toml(value: object) -> str:
    """A value as one short line."""
    for kind, words in _KINDS:
        if isinstance(value, kind):
            return words
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)
    text = printable(text)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _struct(cls: type[msgspec.Struct]) -> inspect.StructType:
    kind = inspect.type_info(cls)
    if not isinstance(kind, inspect.StructType):
        raise TypeError(f"{cls} is no section")
    return kind
