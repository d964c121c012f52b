"""The options of the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from saykey.errors import UsageError
from short_windows.recordings import HELD_OUT


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """The options, with ``command`` "teach" or "evaluate". Raises UsageError."""
    parser = _Parser(prog="python -m short_windows", description="Teach Whisper short windows.")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    shared = argparse.ArgumentParser(add_help=False)
    _add_shared(shared)
    teach = commands.add_parser("teach", parents=[shared], help="make a model for short windows")
    teach.add_argument("out", type=Path, help="folder to write the new model to")
    teach.add_argument(
        "--data", type=Path, nargs="+", required=True, metavar="FOLDER", help="recordings of speech"
    )
    teach.add_argument("--steps", type=_count, default=1000, help="default: 1000")
    teach.add_argument("--peak-rate", type=_positive, default=4e-5, help="default: 4e-5")
    teach.add_argument("--save-every", type=_count, default=200, metavar="STEPS")
    evaluate = commands.add_parser("evaluate", parents=[shared], help="measure a model")
    evaluate.add_argument(
        "--padding", type=_not_negative, nargs="+", default=[0, 64], metavar="ROWS",
        help="rows of 20 ms behind each phrase; default: 0 64",
    )  # fmt: skip
    return parser.parse_args(arguments)


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, help="any model that `saykey model import` takes")
    parser.add_argument(
        "--noise", type=Path, nargs="+", default=[], metavar="FOLDER",
        help="recordings without speech: every other one to learn from, the rest to test with",
    )  # fmt: skip
    parser.add_argument(
        "--test", type=Path, nargs="+", default=[], metavar="FOLDER", help="recordings with texts"
    )
    parser.add_argument(
        "--texts", type=Path, metavar="LIST",
        help="lines `NAME: text` for recordings that have no NAME.txt beside them",
    )  # fmt: skip
    parser.add_argument(
        "--held-out", type=Path, default=HELD_OUT, metavar="JSON",
        help="names of recordings that are tested and never learned from; default: 60 of Debian's",
    )  # fmt: skip
    parser.add_argument(
        "--test-all", action="store_true", help="test with all recordings of --test"
    )
    parser.add_argument("--batch", type=_count, default=32, help="sounds at a time; default: 32")
    parser.add_argument("--seed", type=_not_negative, default=1)


def _count(text: str) -> int:
    if (number := _not_negative(text)) == 0:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _not_negative(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not between 0 and 1")
    return number
