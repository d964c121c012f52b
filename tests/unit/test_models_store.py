"""Models are found by name or by path, and only regular, readable files are read."""

import os

import pytest
from whisper_files import card_of, export_gguf

from saykey.errors import ModelError
from saykey.models.formats.contents import Notes
from saykey.models.store import load, store, user_store
from saykey.models.store.card import PADDING_ROWS, Card, read_card


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """The user's model directory, empty."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    directory = tmp_path / "saykey" / "models"
    directory.mkdir(parents=True)
    return directory


def test_the_bundled_model_comes_with_the_package():
    image, facts = load.checked_image(store.find("tiny.en-short"))
    assert facts.size == len(image)


def test_the_bundled_model_may_be_given_short_windows():
    assert read_card(store.find("tiny.en-short")).dynamic_context


@pytest.mark.parametrize("dynamic_context", [True, False, None])
def test_a_gguf_file_says_itself_whether_it_may_be_given_short_windows(tmp_path, dynamic_context):
    target = tmp_path / "demo.gguf"
    export_gguf(store.find("tiny.en-short"), target, Notes(dynamic_context=dynamic_context))
    assert card_of(target).dynamic_context is dynamic_context
    assert (card_of(target).padding is None) is (dynamic_context is not True)


@pytest.mark.parametrize("said", [True, False])
def test_the_card_overrides_the_file_on_short_windows(tmp_path, said):
    target = tmp_path / "demo.gguf"
    export_gguf(store.find("tiny.en-short"), target, Notes(dynamic_context=not said))
    user_store.write_card(target, Card(dynamic_context=said))
    assert card_of(target).dynamic_context is said


def test_a_gguf_file_put_into_a_store_is_a_model_there(mine):
    export_gguf(store.find("tiny.en-short"), mine / "own.gguf", Notes(languages=("en",)))
    assert store.names()[-1] == "own"
    assert card_of(store.find("own")).languages == ("en",)
    assert load.checked_image(store.find("own"))[1].size > 0
    (mine / "own.bin").touch()
    assert store.find("own").suffix == ".bin"


def test_a_name_is_looked_for_in_the_users_directory(mine):
    (mine / "ggml-base.en.bin").touch()
    assert store.find("base.en") == mine / "ggml-base.en.bin"
    assert store.find("ggml-base.en.bin") == mine / "ggml-base.en.bin"
    assert store.names()[-1] == "base.en"


def test_the_package_comes_before_the_user(mine):
    (mine / "tiny.en-short.bin").touch()
    assert store.find("tiny.en-short").parent != mine


def test_a_path_is_taken_as_it_is(tmp_path):
    (tmp_path / "x.dat").touch()
    assert store.find(f"{tmp_path}/x.dat") == tmp_path / "x.dat"


def test_a_missing_path_is_named():
    with pytest.raises(ModelError, match=r"^/no/such\.bin: there is no such model file$"):
        store.find("/no/such.bin")


def test_a_missing_name_gets_the_nearest_one_and_all_there_are(mine):
    (mine / "ggml-small.bin").touch()
    with pytest.raises(ModelError) as missing:
        store.find("tiny.en-shrt")
    assert "did you mean 'tiny.en-short'?" in str(missing.value)
    assert "tiny.en-short, small" in str(missing.value)
    assert "`saykey model pull`" in str(missing.value)


def test_a_directory_is_refused(tmp_path):
    with pytest.raises(ModelError, match="Is a directory"):
        load.read_image(tmp_path)


def test_a_named_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.bin")
    with pytest.raises(ModelError, match="is not a regular file"):
        load.read_image(tmp_path / "pipe.bin")


def test_a_device_is_refused():
    with pytest.raises(ModelError, match="is not a regular file"):
        load.read_image(store.Path("/dev/zero"))


def test_an_absurdly_large_file_is_refused_without_reading_it(tmp_path):
    with (tmp_path / "large.bin").open("wb") as sparse:
        sparse.truncate(5 << 30)
    with pytest.raises(ModelError, match="larger than 4 GiB"):
        load.read_image(tmp_path / "large.bin")


def test_a_file_that_cannot_be_opened_is_refused(tmp_path):
    (tmp_path / "loop.bin").symlink_to("loop.bin")
    with pytest.raises(ModelError, match="cannot be read: Too many levels"):
        load.read_image(tmp_path / "loop.bin")


def test_a_damaged_file_is_named_with_what_is_wrong(tmp_path):
    path = tmp_path / "other.bin"
    path.write_bytes(b"PK\3\4")
    with pytest.raises(ModelError) as refused:
        load.checked_image(path)
    assert str(refused.value).startswith(f"{path} is a zip archive or a PyTorch checkpoint; ")


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("dynamic_context = 1", r"Expected `bool | null`, got `int` - at `\$\.dynamic_context`"),
        ("dynamik = true", "unknown field `dynamik`"),
        ("= true", "is not TOML"),
        ("padding_rows = 1501", r"Expected `int` <= 1500 - at `\$\.padding_rows`"),
        ("padding_rows = true", r"Expected `int`, got `bool` - at `\$\.padding_rows`"),
        ('sha256 = "abc"', r"at `\$\.sha256`"),
    ],
)
def test_a_card_that_cannot_be_understood_is_refused(tmp_path, toml, line):
    (tmp_path / "m.toml").write_text(toml)
    with pytest.raises(ModelError, match=line):
        read_card(tmp_path / "m.bin")


def test_a_model_without_a_card_gets_the_full_window(tmp_path):
    assert not read_card(tmp_path / "m.bin").dynamic_context


def test_a_model_made_for_short_windows_has_a_padding(tmp_path):
    (tmp_path / "m.toml").write_text("dynamic_context = true")
    assert read_card(tmp_path / "m.bin").padding_rows == PADDING_ROWS
    (tmp_path / "m.toml").write_text("dynamic_context = true\npadding_rows = 128")
    assert read_card(tmp_path / "m.bin").padding_rows == 128


def test_a_link_that_leads_out_of_the_store_is_refused(mine, tmp_path):
    elsewhere = tmp_path / "elsewhere.bin"
    elsewhere.touch()
    (mine / "linked.bin").symlink_to(elsewhere)
    with pytest.raises(ModelError, match=r"linked\.bin is a link that leads out of the store; "):
        store.find("linked")


def test_a_link_within_the_store_is_another_name(mine):
    (mine / "base.bin").touch()
    (mine / "usual.bin").symlink_to("base.bin")
    assert store.find("usual") == mine / "usual.bin"


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "-x", "a b", "x" * 65, "a\n"])
def test_a_name_that_is_not_a_file_name_on_every_system_is_refused(name):
    with pytest.raises(ModelError, match="a model cannot be called"):
        store.checked_name(name)


def test_the_store_is_in_the_state_directory(mine, monkeypatch):
    assert store.own_directory() == mine
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/a:/var/lib/b")
    assert store.own_directory() == store.Path("/var/lib/a/models")
    monkeypatch.setenv("SAYKEY_STATE", "/srv/saykey")
    assert store.own_directory() == store.Path("/srv/saykey/models")


def part_of(image=b"model"):
    part = user_store.incoming() / "x.part"
    part.write_bytes(image)
    return part


def test_a_kept_model_is_stored_with_its_card_and_nothing_else(mine):
    card = Card(description='quotes " and \\ and \x7f', languages=("en",), dynamic_context=True)
    path = user_store.install(part_of(), "mine", card)
    assert path == store.find("mine")
    assert path.read_bytes() == b"model"
    assert read_card(path) == card
    assert sorted(p.name for p in mine.iterdir()) == ["incoming", "mine.bin", "mine.toml"]


@pytest.mark.usefixtures("mine")
def test_a_kept_model_takes_the_place_of_the_one_before():
    user_store.install(part_of(), "mine", Card(notes="old"))
    path = user_store.install(part_of(b"new"), "mine", Card())
    assert path.read_bytes() == b"new"
    assert read_card(path) == Card()


def test_a_model_of_the_system_is_not_removed():
    with pytest.raises(ModelError, match=r"tiny\.en-short is read only: it came with the system"):
        user_store.remove(store.find_stored("tiny.en-short"))


def test_removing_a_gguf_file_removes_its_packed_copy_too(mine):
    export_gguf(store.find("tiny.en-short"), mine / "own.gguf", Notes())
    load.checked_image(store.find("own"))
    assert len(list(store.cache().iterdir())) == 1
    user_store.remove(store.find_stored("own"))
    assert list(mine.iterdir()) == []


def test_a_damaged_file_can_be_removed_too(mine):
    (mine / "web.bin").write_text("<html>")
    user_store.remove(store.find_stored("web"))
    assert list(mine.iterdir()) == []


def test_files_a_stick_from_a_mac_brings_along_are_no_models(mine):
    (mine / "._base.bin").touch()
    assert store.names() == ("tiny.en-short",)


def test_a_store_that_cannot_be_written_says_what_to_do(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SAYKEY_STATE", str(tmp_path / "file"))
    with pytest.raises(ModelError, match="cannot be made: Not a directory; run this as the user"):
        user_store.incoming()
