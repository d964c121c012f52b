"""Finds the model files of this device.

A store is a directory. NAME.bin or NAME.gguf in it is a model, called NAME (without the ``ggml-``
of published files). NAME.toml beside it is its card. Imported and pulled models are NAME.bin files
in whisper.cpp's layout; if NAME.gguf exists too, NAME.bin is used. ``incoming`` holds unfinished
files, ``cache`` files that can be made again from the models. The stores of the package and of the
system are read only. The user's own store is written to as well (see user_store).
"""

import difflib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from saykey.errors import ModelError

_BUNDLED = Path(__file__).parents[2] / "data" / "models"
_SYSTEM_STATE = Path("/var/lib/saykey")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model file in a store. ``own``: the store is the user's own."""

    name: str
    path: Path
    own: bool


def own_directory() -> Path:
    """The user's own store, which is written to; it need not exist yet.

    It is ``models`` in the state directory, which is the first of these that is set or writable:
    $SAYKEY_STATE; $STATE_DIRECTORY, which systemd sets for the service (systemd.exec(5));
    $XDG_DATA_HOME/saykey; the service's /var/lib/saykey if this user may write there;
    ~/.local/share/saykey.
    """
    environment = os.environ
    given = environment.get("SAYKEY_STATE") or environment.get("STATE_DIRECTORY")
    if given:
        return Path(given.partition(":")[0]) / "models"
    home = environment.get("XDG_DATA_HOME")
    if not home and os.access(_SYSTEM_STATE, os.W_OK):
        return _SYSTEM_STATE / "models"
    return Path(home or Path.home() / ".local" / "share") / "saykey" / "models"


def cache() -> Path:
    """The folder of packed GGUF files; it need not exist yet."""
    return own_directory() / "cache"


def directories() -> tuple[Path, ...]:
    """The stores in which names are searched, in this order; not all of them need exist."""
    return tuple(dict.fromkeys((_BUNDLED, own_directory(), _SYSTEM_STATE / "models")))


def stored() -> tuple[StoredModel, ...]:
    """All models in the stores, each name once, in the order of the directories."""
    return tuple({model.name: model for model in reversed([*_present()])}.values())[::-1]


def names() -> tuple[str, ...]:
    """The names of `stored`."""
    return tuple(model.name for model in stored())


def find(name: str) -> Path:
    """The path of a model file. A name with a slash is used as a path.

    Raises ModelError when there is no such file; the message names the nearest model and all there
    are. Raises it too when the file is a link that leads out of its store.
    """
    if "/" in name:
        path = Path(name)
        if not path.exists():
            raise ModelError(f"{path}: there is no such model file")
        return path
    return find_stored(name).path


def find_stored(name: str) -> StoredModel:
    """The model of this name or file name. Raises as `find`."""
    for model in _present():
        if name in (model.name, model.path.name):
            return _inside(model)
    there = names()
    near = difflib.get_close_matches(name, there, n=1)
    raise ModelError(
        f"there is no model {name!r}"
        + (f"; did you mean {near[0]!r}?" if near else ".")
        + f" There are: {', '.join(there) or 'none'}. `saykey model pull` and `saykey model import`"
        " bring others"
    )


def checked_name(name: str) -> str:
    """The name, if it is valid for a model. Raises ModelError otherwise."""
    if not _NAME.fullmatch(name):
        raise ModelError(
            f"a model cannot be called {name!r}; use up to 64 letters, digits, and . _ + -, "
            "beginning with a letter or digit"
        )
    return name


def _present() -> Iterator[StoredModel]:
    own = own_directory()
    for directory in directories():
        for path in sorted((*directory.glob("[!.]*.bin"), *directory.glob("[!.]*.gguf"))):
            yield StoredModel(path.stem.removeprefix("ggml-"), path, own=directory == own)


def _inside(model: StoredModel) -> StoredModel:
    """The model, unless it is a link out of its store. Raises ModelError for such a link.

    Others could replace the target of the link unnoticed.
    """
    directory = model.path.parent.resolve()
    if model.path.is_symlink() and directory not in model.path.resolve().parents:
        raise ModelError(
            f"{model.path} is a link that leads out of the store; "
            "remove it and `saykey model import` the file it points to"
        )
    return model
