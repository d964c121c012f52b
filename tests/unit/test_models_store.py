"""Models are found by name or by path, and only regular, readable files are read."""

import os

import pytest

from saykey.errors import ModelError
from saykey.models import store


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """The user's model directory, empty."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    directory = tmp_path / "saykey" / "models"
    directory.mkdir(parents=True)
    return directory


def test_the_demonstration_model_comes_with_the_package():
    image, facts = store.checked_image(store.find("saykey-demo"))
    assert facts.size == len(image)


def test_the_demonstration_model_may_be_given_short_windows():
    assert store.traits(store.find("saykey-demo")).dynamic_context


def test_a_name_is_looked_for_in_the_users_directory(mine):
    (mine / "ggml-base.en.bin").touch()
    assert store.find("base.en") == mine / "ggml-base.en.bin"
    assert store.find("ggml-base.en.bin") == mine / "ggml-base.en.bin"
    assert store.names()[-1] == "base.en"


def test_the_package_comes_before_the_user(mine):
    (mine / "saykey-demo.bin").touch()
    assert store.find("saykey-demo").parent != mine


def test_a_path_is_taken_as_it_is(tmp_path):
    (tmp_path / "x.dat").touch()
    assert store.find(f"{tmp_path}/x.dat") == tmp_path / "x.dat"


def test_a_missing_path_is_named():
    with pytest.raises(ModelError, match=r"^/no/such\.bin: there is no such model file$"):
        store.find("/no/such.bin")


def test_a_missing_name_gets_the_nearest_one_and_all_there_are(mine):
    (mine / "ggml-small.bin").touch()
    with pytest.raises(ModelError) as missing:
        store.find("saykey-dmo")
    assert "did you mean 'saykey-demo'?" in str(missing.value)
    assert "saykey-demo, small" in str(missing.value)
    assert str(mine) in str(missing.value)


def test_a_directory_is_refused(tmp_path):
    with pytest.raises(ModelError, match="Is a directory"):
        store.read_image(tmp_path)


def test_a_named_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.bin")
    with pytest.raises(ModelError, match="is not a regular file"):
        store.read_image(tmp_path / "pipe.bin")


def test_a_device_is_refused():
    with pytest.raises(ModelError, match="is not a regular file"):
        store.read_image(store.Path("/dev/zero"))


def test_an_absurdly_large_file_is_refused_without_reading_it(tmp_path):
    with (tmp_path / "large.bin").open("wb") as sparse:
        sparse.truncate(5 << 30)
    with pytest.raises(ModelError, match="larger than 4 GiB"):
        store.read_image(tmp_path / "large.bin")


def test_a_file_that_cannot_be_opened_is_refused(tmp_path):
    (tmp_path / "loop.bin").symlink_to("loop.bin")
    with pytest.raises(ModelError, match="cannot be read: Too many levels"):
        store.read_image(tmp_path / "loop.bin")


def test_a_damaged_file_is_named_with_what_is_wrong(tmp_path):
    path = tmp_path / "other.bin"
    path.write_bytes(b"GGUF\3\0\0\0")
    with pytest.raises(ModelError) as refused:
        store.checked_image(path)
    assert str(refused.value).startswith(f"{path} is a GGUF file; ")


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("dynamic_context = 1", "only dynamic_context = true or false"),
        ("dynamik = true", "only dynamic_context = true or false"),
        ("= true", "is not TOML"),
    ],
)
def test_traits_that_cannot_be_understood_are_refused(tmp_path, toml, line):
    (tmp_path / "m.toml").write_text(toml)
    with pytest.raises(ModelError, match=line):
        store.traits(tmp_path / "m.bin")


def test_a_model_without_traits_gets_the_full_window(tmp_path):
    assert not store.traits(tmp_path / "m.bin").dynamic_context
