"""Our reader and the gguf package read all that our GGUF writer writes, and read it alike."""

import json

import gguf as other
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saykey.errors import ModelError
from saykey.models.formats import gguf, tokens
from saykey.models.formats.file_io import open_regular
from saykey.models.formats.huggingface import contents_of
from saykey.models.formats.safetensors import read_header
from saykey.models.formats.tensors import KINDS, Tensor

KEYS = st.from_regex(r"[a-z]{1,8}(\.[a-z_]{1,8}){0,3}", fullmatch=True)
VALUES = st.one_of(
    st.booleans(),
    st.integers(0, 2**32 - 1),
    st.floats(width=32, allow_nan=False),
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1).map(tuple),
    st.lists(st.text(st.characters(codec="utf-8")).map(str.encode), min_size=1).map(tuple),
)


@st.composite
def tensors(draw):
    found = {}
    for name in draw(st.lists(KEYS, min_size=1, max_size=6, unique=True)):
        form = draw(st.sampled_from(list(KINDS.values())))
        others = draw(st.lists(st.integers(1, 5), max_size=2))
        found[name] = Tensor((form.block * draw(st.integers(1, 3)), *others), form)
    return found


def image_of(pairs, wanted, seed=0):
    draw = np.random.default_rng(seed)
    data = [draw.bytes(tensor.size) for tensor in wanted.values()]
    padded = b"".join(part + bytes(gguf.padding(len(part))) for part in data)
    return gguf.head(pairs, wanted) + padded, data


@given(st.dictionaries(KEYS.filter(lambda key: key != "general.alignment"), VALUES), tensors())
def test_what_is_written_is_read(pairs, wanted):
    image, data = image_of(pairs, wanted)
    found = gguf.parse(image, len(image))
    assert found.pairs == pairs
    assert list(found.tensors) == list(wanted)
    for (name, tensor), part in zip(wanted.items(), data, strict=True):
        there = found.tensors[name]
        assert (there.shape, there.format) == (tensor.shape, tensor.format)
        assert image[there.begin : there.begin + there.size] == part


@given(pairs=st.dictionaries(KEYS, VALUES, max_size=5), wanted=tensors())
@settings(max_examples=40)
def test_the_gguf_package_reads_the_same(tmp_path_factory, pairs, wanted):
    pairs = {f"x.{key}": value for key, value in pairs.items()}
    image, data = image_of(pairs, wanted)
    path = tmp_path_factory.mktemp("any") / "m.gguf"
    path.write_bytes(image)
    reader = other.GGUFReader(path)
    for key, value in pairs.items():
        texts = isinstance(value, tuple) and isinstance(value[0], bytes)
        expected = [text.decode() for text in value] if texts else value
        there = reader.fields[key].contents()
        assert (tuple(there) if isinstance(value, tuple) and not texts else there) == expected
    assert [tensor.name for tensor in reader.tensors] == list(wanted)
    for tensor, part in zip(reader.tensors, data, strict=True):
        assert tensor.data.tobytes() == part


@given(pairs=st.dictionaries(KEYS, VALUES, max_size=5), wanted=tensors(), data=st.data())
def test_a_file_cut_short_anywhere_is_refused(pairs, wanted, data):
    pairs = {f"x.{key}": value for key, value in pairs.items()}
    image, parts = image_of(pairs, wanted)
    # the zeros behind the last tensor hold no data
    end = len(image) - gguf.padding(len(parts[-1]))
    cut = data.draw(st.integers(0, end - 1))
    with pytest.raises(ModelError) as refused:
        gguf.parse(image[:cut], cut)
    assert str(refused.value).isprintable()


@given(st.binary())
def test_bytes_spelt_in_gpt2s_alphabet_come_back(raw):
    spelt = tokens.spelt(raw)
    assert tokens.bytes_of(spelt) == raw
    assert " " not in spelt.decode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "dtype": st.sampled_from(["F32", "BF16", "I64", 3]) | JSON,
        "shape": st.lists(st.integers(-2, 2**41), max_size=5) | JSON,
        "data_offsets": st.lists(st.integers(-2, 2**41), max_size=3) | JSON,
    },
)


@given(
    header=st.dictionaries(st.text(max_size=30), ENTRIES | JSON) | JSON,
    behind=st.binary(max_size=99),
    length=st.none() | st.integers(0, 2**64 - 1),
)
def test_a_random_safetensors_header_is_refused_in_one_line(
    tmp_path_factory, header, behind, length
):
    text = json.dumps(header).encode()
    front = len(text) if length is None else length
    path = tmp_path_factory.mktemp("any") / "m.safetensors"
    path.write_bytes(front.to_bytes(8, "little") + text + behind)
    with open_regular(path) as file, pytest.raises(ModelError) as refused:
        contents_of(path.parent, read_header(file, 0))
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200
