"""Converts number formats with ggml: ggml_quantize_chunk, and to_float of ggml_get_type_traits.

It reads every format of tensors.KINDS. It writes every format of tensors.FORMATS, where rows are
whole blocks.
"""

import ctypes
from math import inf

from saykey.errors import ModelError
from saykey.models.formats import libggml
from saykey.models.formats.tensors import F16, F32, Format
from saykey.models.formats.weight_checks import NO_NUMBERS

_LARGEST_HALF = 65504.0
"""The largest f16. Quantised blocks store their scales in f16 too."""


def convert(data: bytes, row: int, have: Format, want: Format) -> bytes:
    """Convert whole rows of ``row`` elements to another format.

    Raises ModelError for elements that are not finite numbers or are too large for the wanted
    format, RecognizerError when the library is missing.
    """
    floats = dequantised(data, have)
    if want == F32:
        return floats
    if _largest(floats) > _LARGEST_HALF:
        raise ModelError("has weights too large for 16 bits; its training failed")
    count = len(floats) // F32.size
    out = bytearray(count // want.block * want.size)
    target = (ctypes.c_char * len(out)).from_buffer(out)
    if want == F16:
        libggml.load().ggml_fp32_to_fp16_row(floats, target, count)
    else:
        libggml.load().ggml_quantize_chunk(want.kind, floats, target, 0, count // row, row, None)
    return bytes(out)


def dequantised(data: bytes, have: Format) -> bytes:
    """Convert the elements to f32. Raises as `convert`."""
    if have == F32:
        floats = data
    else:
        count = len(data) // have.size * have.block
        target = (ctypes.c_float * count)()
        libggml.traits(have).to_float(data, target, count)
        floats = bytes(target)
    # `not <`, because NaN is not less than anything
    if not _largest(floats) < inf:
        raise ModelError(NO_NUMBERS)
    return floats


def _largest(floats: bytes) -> float:
    """The largest magnitude; NaN if any element is NaN."""
    import numpy as np

    return float(np.abs(np.frombuffer(floats, "<f4")).max())
