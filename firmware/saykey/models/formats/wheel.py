"""Loads the libraries inside the pywhispercpp wheel. Its Python layer is not used."""

import ctypes
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saykey.errors import RecognizerError

INSTALL = "install pywhispercpp 1.5.1"

Functions = Mapping[str, tuple[Any, tuple[Any, ...]]]
"""The type of the result and the types of the arguments, by the name of the function."""


def library(name: str, functions: Functions) -> ctypes.CDLL:
    """Load the library of this name, such as "libwhisper", and declare these functions.

    Raises RecognizerError when the wheel is not installed, or lacks the library or a function.
    """
    try:
        found = ctypes.CDLL(str(_path(name)))
        for function_name, (result, arguments) in functions.items():
            function = getattr(found, function_name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError) as error:
        raise RecognizerError(f"{name} cannot be used ({error}); {INSTALL}") from error
    return found


def _path(name: str) -> Path:
    """The path of the library.

    It lies in pywhispercpp.libs in a repaired wheel, and beside the package in a local build.
    """
    package = importlib.util.find_spec("pywhispercpp")
    if package is None or package.origin is None:
        raise RecognizerError(f"pywhispercpp is not installed; {INSTALL}")
    site = Path(package.origin).parent.parent
    found = [*site.glob(f"pywhispercpp.libs/{name}-*.so*"), *sorted(site.glob(f"{name}.so*"))]
    if not found:
        raise RecognizerError(f"pywhispercpp in {site} holds no {name}; {INSTALL}")
    return found[0]
