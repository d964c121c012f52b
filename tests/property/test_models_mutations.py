"""Two thousand damaged model files: each is refused with a line, or runs in the real library."""

import pytest

from damaged_models.files import ggml_sample, gguf_sample, through_the_checks
from damaged_models.library import Library
from damaged_models.trial import outcomes

BLOCK = 250


@pytest.fixture(scope="module", params=["ggml", "GGUF"])
def sample(request, tmp_path_factory):
    return ggml_sample() if request.param == "ggml" else gguf_sample(tmp_path_factory.mktemp("m"))


@pytest.mark.parametrize("block", range(4))
def test_no_damaged_file_ends_the_process_that_loads_it(sample, block):
    found = outcomes(sample, range(BLOCK * block, BLOCK * (block + 1)))
    assert found.keys() == {"refused", "heard"}
    # the result counts only if the checks refuse some files and accept others
    assert 0.02 < found["heard"] / BLOCK < 0.7


def test_the_undamaged_file_runs(sample):
    library = Library()
    assert library.told(through_the_checks(sample.image)) == "heard"
    assert library.close() == 0


def test_a_crash_of_the_library_is_noticed_and_the_next_file_is_tried(sample):
    image = bytearray(ggml_sample().image)
    image[4 + 4 * 3] = 0  # no heads: the library divides by their number
    library = Library()
    assert library.told(bytes(image)).startswith("died with status -")
    assert library.told(through_the_checks(sample.image)) == "heard"
    assert library.close() == 0
