"""`saykey model` lists, describes, imports, verifies and removes; a mistake gives one line."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from file_server import FileServer
from whisper_files import card_of, dimensions, export_gguf, facts_of, write_hugging_face

from recorded import MODEL as DEMO
from saykey.cli import main
from saykey.models.fetch import partial_downloads
from saykey.models.formats.contents import Notes
from saykey.models.store import catalogue, load, store
from saykey.models.store.card import read_card
from saykey.models.store.memory import megabytes

FACTS = facts_of(DEMO)
SIZE = megabytes(FACTS.size)


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("SAYKEY_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def told(capsys):
    """Run a command that must succeed, and return what it prints."""

    def run(*words):
        assert main(["model", *map(str, words)]) == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def refused(capsys):
    """Run a command that must fail, and return its last line, which follows any progress."""

    def run(*words):
        assert main(["model", *map(str, words)]) == 1
        line = capsys.readouterr().err.splitlines()[-1]
        assert line.startswith("saykey: ")
        return line.removeprefix("saykey: ")

    return run


def test_the_list_shows_what_is_here_and_on_request_what_could_be(told):
    assert f"tiny.en-short  system  {SIZE}" in told("list")
    assert "base-acft-q8_0" not in told("list")
    everything = json.loads(told("list", "--all", "--json"))
    assert {model["name"] for model in everything} >= {"tiny.en-short", "base-acft-q8_0"}
    assert all(model["size"] for model in everything)


def test_a_model_that_cannot_be_used_is_listed_with_its_fault(told, state):
    (state / "models").mkdir(parents=True)
    (state / "models" / "linked.bin").symlink_to(DEMO)
    assert "is a link that leads out of the store" in told("list")


def test_info_describes_models_here_and_in_the_catalogue(told, refused):
    here = told("info", "tiny.en-short")
    assert f"{SIZE}, {FACTS.quantisation}" in here
    assert "English only" in here
    assert "https://huggingface.co/" in told("info", "tiny.en-q5_1")
    assert "did you mean tiny-q5_1" in refused("info", "tiny_q5_1")


def test_a_file_is_imported_checked_and_removed(told, tmp_path):
    shutil.copy(DEMO, tmp_path / "ggml-mine.bin")
    out = told("import", tmp_path / "ggml-mine.bin", "--dynamic-context")
    assert "mine is in" in out
    assert "no end" not in out
    path = store.find("mine")
    assert path.read_bytes() == DEMO.read_bytes()
    assert read_card(path).dynamic_context
    assert told("verify", "mine") == "mine: right\n"
    assert told("remove", "mine", "--yes") == "mine is removed\n"
    assert store.names() == ("tiny.en-short",)


def test_an_imported_file_brings_the_card_beside_it(told, tmp_path):
    shutil.copy(DEMO, tmp_path / "mine.bin")
    shutil.copy(DEMO.with_suffix(".toml"), tmp_path / "mine.toml")
    told("import", tmp_path / "mine.bin", "--name", "other")
    assert read_card(store.find("other")) == read_card(DEMO)


def test_a_model_is_exported_as_gguf_and_imported_again_with_its_card(told, tmp_path):
    told("export", "tiny.en-short", "--gguf", tmp_path / "demo.gguf")
    told("import", tmp_path / "demo.gguf", "--name", "again")
    path, card = store.find("again"), read_card(store.find("again"))
    assert load.checked_image(path)[1] == load.checked_image(DEMO)[1]
    assert (card.licence, card.languages) == ("MIT", ("en",))
    assert card.dynamic_context
    assert card.notes == f"converted from demo.gguf, {FACTS.quantisation}"
    assert told("verify", "again") == "again: right\n"


def test_a_gguf_file_is_exported_again_with_all_its_metadata(told, tmp_path, state):
    (state / "models").mkdir(parents=True)
    notes = Notes(licence="MIT", languages=("en",), dynamic_context=True)
    export_gguf(DEMO, state / "models" / "mine.gguf", notes)
    told("export", "mine", "--gguf", tmp_path / "again.gguf")
    again = card_of(tmp_path / "again.gguf")
    assert (again.licence, again.languages, again.dynamic_context) == ("MIT", ("en",), True)


def test_a_hugging_face_folder_is_written_as_gguf_without_being_imported(told, tmp_path):
    folder = write_hugging_face(tmp_path / "tuned", dimensions())
    told("export", folder, "--gguf", tmp_path / "out.gguf")
    assert card_of(tmp_path / "out.gguf").description == "tuned"


def test_a_copy_that_its_card_says_is_damaged_is_refused(refused, tmp_path):
    image = bytearray(DEMO.read_bytes())
    image[-1] ^= 1
    (tmp_path / "mine.bin").write_bytes(image)
    shutil.copy(DEMO.with_suffix(".toml"), tmp_path / "mine.toml")
    assert "the copy is damaged, copy it again" in refused("import", tmp_path / "mine.bin")


def test_a_file_the_catalogue_knows_gets_its_card_whatever_it_is_called(
    told, tmp_path, monkeypatch
):
    known = catalogue.listed_as("tiny.en-acft-q8_0")
    mine = type(known)(
        *(known.name, known.address, known.licence, known.languages, known.dynamic_context),
        *(known.boards, known.title, known.page, DEMO.stat().st_size),
        *(hashlib.sha256(DEMO.read_bytes()).hexdigest(), known.memory),
    )
    monkeypatch.setattr(catalogue, "listed", lambda: (mine,))
    shutil.copy(DEMO, tmp_path / "download(1).bin")
    told("import", tmp_path / "download(1).bin", "--name", "mine")
    assert read_card(store.find("mine")) == mine.card


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (lambda path: path.mkdir(), "holds no model.safetensors"),
        (os.mkfifo, "is not a regular file"),
        (lambda path: path.write_bytes(b"GIF89a"), "is not a speech model"),
        (lambda path: path.write_bytes(DEMO.read_bytes()[:-1]), "ends in the middle of"),
        (lambda _path: None, "No such file"),
    ],
)
def test_what_is_no_model_is_not_imported(refused, tmp_path, make, line):
    make(tmp_path / "x.bin")
    assert line in refused("import", tmp_path / "x.bin")
    assert store.names() == ("tiny.en-short",)


def test_a_model_that_changed_on_the_disk_is_found_out(told, tmp_path, capsys):
    shutil.copy(DEMO, tmp_path / "mine.bin")
    told("import", tmp_path / "mine.bin")
    path = store.find("mine")
    image = bytearray(path.read_bytes())
    image[-1] ^= 1
    path.write_bytes(image)
    assert main(["model", "verify"]) == 1
    out, err = capsys.readouterr()
    assert "tiny.en-short: right" in out
    assert "mine: wrong: " in out
    assert "its card says" in out
    assert err == "saykey: mine: remove and pull or import again\n"


def test_an_unfinished_download_is_listed_and_can_be_discarded(told, refused):
    for name in ("mine", "tiny.en-q5_1"):
        partial_downloads.partial_file(name).write_bytes(bytes(5_300_000))
    listed = json.loads(told("list", "--all", "--json"))
    mine, known = (row for row in listed if row["where"] == "unfinished")
    assert (mine["name"], mine["size"], mine["memory"]) == ("mine", 5_300_000, None)
    assert (known["name"], known["size"], known["languages"]) == ("tiny.en-q5_1", 5_300_000, ["en"])
    assert [row["name"] for row in listed].count("tiny.en-q5_1") == 1
    assert told("remove", "mine", "--yes") == "the unfinished download of mine is removed\n"
    assert "there is no model 'mine'" in refused("remove", "mine", "--yes")
    assert re.search(r"tiny\.en-q5_1 +unfinished +5\.3 MB", told("list"))


def test_removing_a_model_removes_its_unfinished_download_too(told, tmp_path):
    shutil.copy(DEMO, tmp_path / "mine.bin")
    told("import", tmp_path / "mine.bin")
    partial_downloads.partial_file("mine").touch()
    assert told("remove", "mine", "--yes") == (
        "the unfinished download of mine is removed\nmine is removed\n"
    )


def test_a_running_download_is_not_discarded(refused):
    part = partial_downloads.partial_file("mine")
    with partial_downloads.locked(part):
        assert "mine is being pulled by another process" in refused("remove", "mine", "--yes")
    assert part.exists()


def test_removing_asks_first(monkeypatch, told, tmp_path):
    shutil.copy(DEMO, tmp_path / "mine.bin")
    told("import", tmp_path / "mine.bin")
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: "n")
    assert main(["model", "remove", "mine"]) == 130
    assert "mine" in store.names()


def test_a_model_is_pulled_once_and_again_on_request(told, refused):
    with FileServer(DEMO.read_bytes()) as server:
        first = told("pull", "mine", "--from", server.address)
        assert (
            f"later downloads must have SHA-256 {hashlib.sha256(DEMO.read_bytes()).hexdigest()}"
            in first
        )
        assert "here already" in told("pull", "mine", "--from", server.address)
        assert len(server.asked) == 1
        server.body = server.body[:-1] + b"!"
        assert "was deleted" in refused("pull", "mine", "--from", server.address, "--again")


def test_a_name_the_catalogue_does_not_have_gets_the_nearest(refused):
    line = refused("pull", "base-q51")
    assert line.startswith("the catalogue has no model 'base-q51'; did you mean base-q5_1")


@pytest.mark.parametrize(
    "module", ["saykey.app", "saykey.cli.model", "saykey.recognizer.whisper.worker"]
)
def test_what_reaches_the_internet_is_loaded_by_pull_alone(module):
    code = f"import sys, {module}; print('urllib3' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
