"""`saykey model bench` on the bundled model and on random ones: real but short measurements."""

import asyncio
import json
import shutil
import wave

import pytest
from whisper_files import export_gguf

from nothing_invented.device import pcm16
from nothing_invented.voices import voices
from recorded import MODEL as DEMO
from saykey.cli import main, model_padding
from saykey.measure.padding import PADDINGS
from saykey.models.formats.contents import Notes
from saykey.models.store.card import read_card
from saykey.recognizer.process import WorkerProcess
from saykey.recognizer.whisper.window import phrase_cost

CARD = read_card(DEMO)
SPOKEN = 3


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("SAYKEY_STATE", str(tmp_path / "state"))
    store = tmp_path / "state" / "models"
    store.mkdir(parents=True)
    return store


def bench(capsys, *words):
    assert main(["model", "bench", *map(str, words)]) == 0
    return capsys.readouterr().out


def refused(capsys, *words):
    assert main(["model", "bench", *map(str, words)]) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    return line.removeprefix("saykey: ")


def test_an_installed_model_is_measured_for_phrases_of_three_lengths(capsys):
    told = json.loads(bench(capsys, "tiny.en-short", "--sizes", "none", "--threads", "1", "--json"))
    (speed,) = told["speeds"]
    assert (speed["name"], speed["padding"]) == ("tiny.en-short", CARD.padding)
    assert [(p["phrase_s"], p["rows"]) for p in speed["passes"]] == [(2, 112), (5, 256), (10, 512)]
    assert all(0 < p["encode_ms"] < p["text_ms"] for p in speed["passes"])
    assert speed["memory_mb"] > DEMO.stat().st_size / 1e6
    assert speed["load_ms"] > 0


def test_random_weights_show_what_a_size_would_cost_with_short_and_with_full_windows(capsys):
    told = json.loads(
        bench(capsys, "tiny.en-short", *("--sizes", "tiny", "--quantisations", "q8_0"),
              *("--within", "60", "--json"))
    )  # fmt: skip
    _, short, full = told["speeds"]
    assert (short["size"], short["padding"]) == ("tiny", 64)
    assert (full["size"], full["padding"]) == ("tiny", None)
    (usual,) = (p for p in short["passes"] if p["phrase_s"] == 5)
    assert usual["cpu_ms"] < full["passes"][0]["cpu_ms"] / 2
    assert told["advice"]["short"]["size"] == told["advice"]["full"]["size"] == "tiny"
    assert told["advice"]["installed"][0]["name"] == "tiny.en-short"


def test_the_table_ends_with_the_models_that_are_fast_enough(capsys):
    printed = bench(capsys, "tiny.en-short", "--sizes", "none", "--within", "0.0001")
    assert "Text within 0.0001 s of the end of a 5 s phrase:" in printed
    assert "none of the installed models" in printed


def test_a_model_of_unknown_kind_is_run_with_the_full_window_and_advice_is_printed(
    capsys, own_store
):
    shutil.copy(DEMO, own_store / "mine.bin")
    printed = bench(capsys, "mine", "--sizes", "none")
    assert "`saykey model bench mine --recordings FOLDER` shows whether short" in printed
    (row,) = (line for line in printed.splitlines() if line.startswith("mine  "))
    assert row.split()[3] == "1500"


def test_a_gguf_file_that_says_so_itself_is_run_with_short_windows(capsys, own_store):
    export_gguf(DEMO, own_store / "mine.gguf", Notes(dynamic_context=True))
    told = json.loads(bench(capsys, "mine", "--sizes", "none", "--json"))
    assert told["speeds"][0]["padding"] == 64


@pytest.fixture
def spoken(tmp_path):
    """Some held-out recordings as a user would supply them."""
    folder = tmp_path / "spoken"
    folder.mkdir()
    for number, utterance in enumerate(voices("held-out")[:SPOKEN]):
        save(folder / f"{number}.wav", pcm16(utterance.sound))
        (folder / f"{number}.txt").write_text(utterance.text)
    return folder


def save(path, pcm16):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(pcm16)


def cost_the_worker_tells(path):
    """The rows a phrase costs: those of the window that the worker uses for it."""

    async def ready():
        worker = await WorkerProcess.start(path, 1)
        try:
            return (await worker.ready).first
        finally:
            worker.kill("told")
            await worker.lost

    return asyncio.run(asyncio.wait_for(ready(), 60))


def test_the_padding_measured_on_recordings_is_what_later_loads_use(
    capsys, monkeypatch, own_store, spoken
):
    monkeypatch.setattr(model_padding, "FEWEST_WORDS", 15)
    mine = own_store / "mine.bin"
    shutil.copy(DEMO, mine)
    mine.with_suffix(".toml").write_text('origin = "a copy"\n')
    assert cost_the_worker_tells(mine) == phrase_cost(None)
    printed = bench(capsys, "mine", "--recordings", spoken)
    found = read_card(mine)
    assert f"{found.padding_rows} rows of padding (" in printed
    assert found.padding_rows in PADDINGS
    assert cost_the_worker_tells(mine) == phrase_cost(found.padding_rows)
    assert found.origin == "a copy"


def test_a_dry_run_reports_and_writes_nothing(capsys, monkeypatch, own_store, spoken):
    monkeypatch.setattr(model_padding, "FEWEST_WORDS", 3)
    for extra in sorted(spoken.iterdir())[2:]:
        extra.unlink()
    told = json.loads(bench(capsys, "tiny.en-short", "--recordings", spoken, "--dry-run", "--json"))
    assert (told["recordings"], told["tried"][0]["padding_rows"]) == (1, None)
    assert list(own_store.iterdir()) == []
    assert read_card(DEMO) == CARD


def test_a_model_of_the_system_is_not_written_to(capsys, spoken):
    assert "came with the system" in refused(capsys, "tiny.en-short", "--recordings", spoken)


def test_too_little_speech_is_refused(capsys, spoken):
    line = refused(capsys, "tiny.en-short", "--recordings", spoken, "--dry-run")
    assert line.endswith("spoken words; at least 300 are needed to compare paddings")


def test_an_unsuitable_folder_is_refused_with_what_to_put_there(capsys, tmp_path):
    def line():
        return refused(capsys, "tiny.en-short", "--recordings", tmp_path / "r", "--dry-run")

    (tmp_path / "r").mkdir()
    assert line().endswith("holds no WAV files; put NAME.wav and NAME.txt there")
    save(tmp_path / "r" / "a.wav", bytes(32_000))
    assert line().endswith("write what is said in a.wav there")
    save(tmp_path / "r" / "a.wav", bytes(31 * 32_000))
    assert line().endswith("lasts 31 s; cut it into phrases of at most 30 s")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--threads", "0"], "--threads 0: give numbers from 1 to 64 with commas between"),
        (["--sizes", "huge"], '"huge" cannot be measured; choose from: tiny, base, small'),
        (["--quantisations", "q9"], '"q9" cannot be measured; choose from: f16, q4_0'),
        (["--recordings", "."], "name the one MODEL to measure the padding of"),
    ],
)
def test_a_usage_error_gives_one_line_with_what_is_possible(capsys, words, line):
    assert refused(capsys, *words).startswith(line)


def test_a_file_that_is_no_model_is_refused_before_anything_is_measured(capsys, own_store):
    (own_store / "web.bin").write_text("<html>")
    assert main(["model", "bench", "web", "--sizes", "none"]) == 1
    assert "is a web page" in capsys.readouterr().err


def test_a_damaged_model_is_reported_in_one_line_and_the_others_are_measured(capsys, own_store):
    (own_store / "a-web.bin").write_text("<html>")
    (own_store / "cut.bin").write_bytes(DEMO.read_bytes()[:-1])
    assert main(["model", "bench", "--sizes", "none", "--threads", "1,2", "--json"]) == 1
    out, err = capsys.readouterr()
    measured = [(speed["name"], speed["threads"]) for speed in json.loads(out)["speeds"]]
    assert measured == [("tiny.en-short", 1), ("tiny.en-short", 2)]
    web, cut, end = (line for line in err.splitlines() if line.strip())
    assert web.startswith(f"a-web: wrong: {own_store}/a-web.bin is a web page")
    assert cut.startswith(f"cut: wrong: {own_store}/cut.bin ends in the middle of")
    assert end == "saykey: a-web, cut: not measured; remove and pull or import again"


def test_a_name_that_is_no_model_is_refused_before_anything_is_measured(capsys):
    assert main(["model", "bench", "tiny.en-short", "other", "--sizes", "none"]) == 1
    assert "there is no model 'other'" in capsys.readouterr().err
