"""The ggml library, used here only to convert and check number formats.

It is the same code that later runs the model. The functions are those of libggml-base 0.13.1
(ggml.h), which comes with libwhisper in the pywhispercpp wheel.
"""

import ctypes
from ctypes import POINTER, c_bool, c_char_p, c_float, c_int, c_int64, c_size_t, c_void_p
from functools import cache

from saykey.errors import RecognizerError
from saykey.models.formats.tensors import KINDS, Format
from saykey.models.formats.wheel import INSTALL, library

_ToFloat = ctypes.CFUNCTYPE(None, c_void_p, POINTER(c_float), c_int64)


class Traits(ctypes.Structure):
    """struct ggml_type_traits."""

    _fields_ = (
        ("type_name", c_char_p), ("blck_size", c_int64), ("blck_size_interleave", c_int64),
        ("type_size", c_size_t), ("is_quantized", c_bool), ("to_float", _ToFloat),
        ("from_float_ref", c_void_p),
    )  # fmt: skip


_FUNCTIONS = {
    "ggml_get_type_traits": (POINTER(Traits), (c_int,)),
    "ggml_fp32_to_fp16_row": (None, (c_void_p, c_void_p, c_int64)),
    "ggml_quantize_chunk": (
        c_size_t, (c_int, c_void_p, c_void_p, c_int64, c_int64, c_int64, c_void_p),
    ),
    "ggml_validate_row_data": (c_bool, (c_int, c_void_p, c_size_t)),
}  # fmt: skip


def traits(form: Format) -> Traits:
    """The traits of a format in ggml. Raises RecognizerError when the library is missing."""
    known: Traits = load().ggml_get_type_traits(form.kind).contents
    return known


@cache
def load() -> ctypes.CDLL:
    """Load the library and check that it lays out every format as in tensors.KINDS.

    Raises RecognizerError when it is missing, or when a layout differs.
    """
    ggml = library("libggml-base", _FUNCTIONS)
    for form in KINDS.values():
        there = ggml.ggml_get_type_traits(form.kind).contents
        if (there.type_name.decode().lower(), there.blck_size, there.type_size) != (
            form.name, form.block, form.size,
        ):  # fmt: skip
            raise RecognizerError(f"ggml lays out {form.name} in an unknown way; {INSTALL}")
    return ggml
