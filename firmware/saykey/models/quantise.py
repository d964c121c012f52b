"""Number formats converted by ggml itself, the very code the model later runs with.

The functions are those of libggml-base 0.13.1, which comes with libwhisper in the pywhispercpp
wheel: ggml_quantize_chunk, and to_float of ggml_get_type_traits (ggml.h). Any format of
tensors.KINDS can be read; any of tensors.FORMATS can be made, where rows are whole blocks.
"""

import ctypes
import importlib.util
from ctypes import POINTER, c_bool, c_char_p, c_float, c_int, c_int64, c_size_t, c_void_p
from functools import cache
from math import inf
from pathlib import Path

from saykey.errors import ModelError, RecognizerError
from saykey.models.tensors import F16, F32, KINDS, Format

_INSTALL = "install pywhispercpp 1.5.1"

_LARGEST_HALF = 65504.0
"""Of f16, in which quantised blocks have their scales too."""

_ToFloat = ctypes.CFUNCTYPE(None, c_void_p, POINTER(c_float), c_int64)


class _Traits(ctypes.Structure):
    """struct ggml_type_traits."""

    _fields_ = (
        ("type_name", c_char_p), ("blck_size", c_int64), ("blck_size_interleave", c_int64),
        ("type_size", c_size_t), ("is_quantized", c_bool), ("to_float", _ToFloat),
        ("from_float_ref", c_void_p),
    )  # fmt: skip


_FUNCTIONS = {
    "ggml_get_type_traits": (POINTER(_Traits), (c_int,)),
    "ggml_fp32_to_fp16_row": (None, (c_void_p, c_void_p, c_int64)),
    "ggml_quantize_chunk": (
        c_size_t, (c_int, c_void_p, c_void_p, c_int64, c_int64, c_int64, c_void_p),
    ),
}  # fmt: skip


def convert(data: bytes, row: int, have: Format, want: Format) -> bytes:
    """Whole rows of ``row`` elements in another format.

    Raises ModelError for elements that are no finite numbers, or too large for the wanted format,
    RecognizerError when the library is not there.
    """
    floats = dequantised(data, have)
    if want == F32:
        return floats
    if _largest(floats) > _LARGEST_HALF:
        raise ModelError("has weights too large for 16 bits; its training went astray")
    count = len(floats) // F32.size
    out = bytearray(count // want.block * want.size)
    target = (ctypes.c_char * len(out)).from_buffer(out)
    if want == F16:
        _library().ggml_fp32_to_fp16_row(floats, target, count)
    else:
        _library().ggml_quantize_chunk(want.kind, floats, target, 0, count // row, row, None)
    return bytes(out)


def dequantised(data: bytes, have: Format) -> bytes:
    """The elements as f32. Raises as `convert`."""
    if have == F32:
        floats = data
    else:
        count = len(data) // have.size * have.block
        target = (c_float * count)()
        _traits(have).to_float(data, target, count)
        floats = bytes(target)
    # not a number is not less than anything
    if not _largest(floats) < inf:
        raise ModelError("has weights that are no numbers; it is damaged or its training failed")
    return floats


def _largest(floats: bytes) -> float:
    """The largest magnitude; not a number if there is one that is none."""
    import numpy as np

    return float(np.abs(np.frombuffer(floats, "<f4")).max())


def _traits(form: Format) -> _Traits:
    traits: _Traits = _library().ggml_get_type_traits(form.kind).contents
    return traits


@cache
def _library() -> ctypes.CDLL:
    """The library, checked to lay out every format as tensors.KINDS says."""
    try:
        library = ctypes.CDLL(str(_library_path()))
        for name, (result, arguments) in _FUNCTIONS.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError) as error:
        raise RecognizerError(f"ggml cannot be used ({error}); {_INSTALL}") from error
    for form in KINDS.values():
        there = library.ggml_get_type_traits(form.kind).contents
        if (there.type_name.decode().lower(), there.blck_size, there.type_size) != (
            form.name, form.block, form.size,
        ):  # fmt: skip
            raise RecognizerError(f"ggml lays out {form.name} in an unknown way; {_INSTALL}")
    return library


def _library_path() -> Path:
    """The library beside the package: wheels repair it into pywhispercpp.libs, builds do not."""
    package = importlib.util.find_spec("pywhispercpp")
    if package is None or package.origin is None:
        raise RecognizerError(f"ggml is not installed; {_INSTALL}")
    site = Path(package.origin).parent.parent
    found = [*site.glob("pywhispercpp.libs/libggml-base-*.so*"), *site.glob("libggml-base.so*")]
    if not found:
        raise RecognizerError(f"pywhispercpp in {site} holds no libggml-base; {_INSTALL}")
    return found[0]
