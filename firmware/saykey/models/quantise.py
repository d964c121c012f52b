"""Number formats converted by ggml itself, the very code the model later runs with.

The functions are those of libggml-base 0.13.1, which comes with libwhisper in the pywhispercpp
wheel: ggml_quantize_chunk, and to_float of ggml_get_type_traits (ggml.h). Any format of
tensors.KINDS can be read; any of tensors.FORMATS can be made, where rows are whole blocks.
"""

import ctypes
from ctypes import POINTER, c_bool, c_char_p, c_float, c_int, c_int64, c_size_t, c_void_p
from functools import cache
from math import inf

from saykey.errors import ModelError, RecognizerError
from saykey.models.tensors import F16, F32, KINDS, Format
from saykey.models.wheel import INSTALL, library

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
    ggml = library("libggml-base", _FUNCTIONS)
    for form in KINDS.values():
        there = ggml.ggml_get_type_traits(form.kind).contents
        if (there.type_name.decode().lower(), there.blck_size, there.type_size) != (
            form.name, form.block, form.size,
        ):  # fmt: skip
            raise RecognizerError(f"ggml lays out {form.name} in an unknown way; {INSTALL}")
    return ggml
