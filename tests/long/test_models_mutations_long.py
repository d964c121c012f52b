"""A hundred thousand damaged model files: tests/property describes the method."""

import pytest

from damaged_models.files import ggml_sample, gguf_sample
from damaged_models.trial import outcomes

pytestmark = pytest.mark.long

BLOCK, BLOCKS = 5_000, 10
FIRST = 1_000_000


@pytest.fixture(scope="module", params=["ggml", "GGUF"])
def sample(request, tmp_path_factory):
    return ggml_sample() if request.param == "ggml" else gguf_sample(tmp_path_factory.mktemp("m"))


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_damaged_file_ends_the_process_that_loads_it(sample, block, record_property):
    begin = FIRST + BLOCK * block
    found = outcomes(sample, range(begin, begin + BLOCK))
    record_property(f"damaged files {begin}", f"{found['refused']} refused, {found['heard']} run")
    assert found.keys() == {"refused", "heard"}
