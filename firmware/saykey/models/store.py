"""Where model files stand, and how their bytes come into memory.

A model's name is its file's name without ``.bin`` (and without whisper.cpp's ``ggml-``): in the
package itself, in the user's data directory, or in the system's. Beside NAME.bin may stand
NAME.toml with its traits.
"""

import difflib
import os
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from saykey.errors import ModelError
from saykey.models.ggml import ModelFacts, check

_BUNDLED = Path(__file__).parent.parent / "data" / "models"
_SYSTEM = Path("/var/lib/saykey/models")

_LARGEST = 4 << 30
"""Bytes; Whisper large in f16 has 3.1 GB."""

_NOTES = {"description", "languages", "licence", "origin", "sha256"}
"""What may stand beside the traits, for people to read."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What a model file does not say of itself.

    ``dynamic_context``: it was trained to hear less than 30 s at a time, so that short phrases
    cost less. Ordinary Whisper models loop or invent text then (whisper.cpp issue 1117).
    """

    dynamic_context: bool = False


def directories() -> tuple[Path, ...]:
    """Where names are looked for, in this order; not all of them need exist."""
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return _BUNDLED, Path(home) / "saykey" / "models", _SYSTEM


def names() -> tuple[str, ...]:
    """The names of all models there are, each once, in the order of the directories."""
    return tuple(dict.fromkeys(name for name, _ in _present()))


def find(name: str) -> Path:
    """The file of a model. A name with a slash in it is a path and taken as it is.

    Raises ModelError when there is no such file, naming the nearest one and all there are.
    """
    if "/" in name:
        path = Path(name)
        if not path.exists():
            raise ModelError(f"{path}: there is no such model file")
        return path
    for present, path in _present():
        if name in (present, path.name):
            return path
    there = names()
    near = difflib.get_close_matches(name, there, n=1)
    raise ModelError(
        f"there is no model {name!r}"
        + (f"; did you mean {near[0]!r}?" if near else ";")
        + f" There are: {', '.join(there) or 'none'}. Others go to {directories()[1]}"
    )


def _present() -> Iterator[tuple[str, Path]]:
    for directory in directories():
        for path in sorted(directory.glob("*.bin")):
            yield path.stem.removeprefix("ggml-"), path


def read_image(path: Path) -> bytes:
    """All bytes of a model file, to be checked and then loaded: the very same bytes.

    A mapping of the file would be cheaper, but whoever writes to the file after the check would
    write into the mapping. Raises ModelError, beginning with the path, for whatever is not a
    readable regular file of a sane size.
    """
    try:
        with open(path, "rb", buffering=0, opener=_open_at_once) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ModelError(f"{path} is not a regular file; give a model file (.bin)")
            if status.st_size > _LARGEST:
                raise ModelError(f"{path} is larger than 4 GiB, no Whisper model is")
            image = file.readall()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    if len(image) != status.st_size:
        raise ModelError(f"{path} changed while it was read; try again when it is complete")
    return image


def checked_image(path: Path) -> tuple[bytes, ModelFacts]:
    """A model file's bytes, checked, and what they hold. Raises ModelError as its parts do."""
    image = read_image(path)
    try:
        return image, check(memoryview(image))
    except ModelError as error:
        raise ModelError(f"{path} {error}") from error


def _open_at_once(path: str, flags: int) -> int:
    # without O_NONBLOCK the opening of a named pipe waits for a writer
    return os.open(path, flags | os.O_NONBLOCK)


def traits(path: Path) -> Traits:
    """The traits of the model at this path, from the TOML file beside it; defaults without one.

    Raises ModelError when that file is damaged or has an unknown key.
    """
    beside = path.with_suffix(".toml")
    try:
        table = tomllib.loads(beside.read_text("utf-8"))
    except FileNotFoundError:
        return Traits()
    except OSError as error:
        raise ModelError(f"{beside} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"{beside} is not TOML: {error}; correct or remove it") from error
    dynamic = table.pop("dynamic_context", False)
    if table.keys() - _NOTES or not isinstance(dynamic, bool):
        known = ", ".join(sorted(_NOTES))
        raise ModelError(
            f"{beside}: only dynamic_context = true or false may stand in it, and {known}"
        )
    return Traits(dynamic_context=dynamic)
