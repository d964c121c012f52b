"""Chooses the number format of a model's large weights in a file for whisper.cpp."""

from collections import Counter
from math import prod

from saykey.errors import ModelError
from saykey.models.formats.contents import Contents
from saykey.models.formats.tensors import BY_NAME, F16, FORMATS, Format, wanted_tensors


def best_format(contents: Contents) -> Format:
    """The most common format of the large weights that whisper.cpp can run; f16 if there is none.

    It cannot run f32, bf16, and k-quants where a row is not a multiple of their blocks of 256.
    """
    state = contents.dimensions.state
    counts: Counter[Format] = Counter()
    for name, tensor in wanted_tensors(contents.dimensions, F16).items():
        if len(tensor.shape) == 2 and name.endswith(".weight"):
            counts[contents.tensors[name].format] += prod(tensor.shape)
    usable = [form for form, _ in counts.most_common() if form in FORMATS.values()]
    return next((form for form in usable if state % form.block == 0), F16)


def format_named(name: str, contents: Contents) -> Format:
    """The format of this name ("q8_0"). Raises ModelError for a format the model cannot have."""
    form = BY_NAME.get(name)
    if form is None:
        raise ModelError(f"cannot be stored as {name!r}; there are {', '.join(BY_NAME)}")
    if contents.dimensions.state % form.block:
        raise ModelError(
            f"cannot be stored as {name}: its rows of {contents.dimensions.state} are no multiple "
            f"of {form.block}; take q8_0, q5_1 or q4_0"
        )
    return form
