"""The memory a model needs is estimated beforehand; the kernel reports how much there is."""

import mmap
import os
import shutil
import struct
from pathlib import Path

import pytest
from whisper_files import (
    TRANSCRIBE,
    dimensions,
    export_gguf,
    facts_of,
    import_file,
    like_whisper,
    write_gguf,
)

import saykey
from saykey.errors import ModelError
from saykey.models.formats.contents import Notes
from saykey.models.store.memory import (
    Room,
    available,
    held_by,
    models_by_need,
    need,
    need_of,
    room,
)

DEMO = Path(saykey.__file__).parent / "data" / "models" / "tiny.en-short.bin"
MB = 1_000_000


@pytest.mark.parametrize(
    ("size", "state", "layers", "measured"),
    [
        (43.6, 384, 4, 229),
        (81.8, 512, 6, 318),
        (59.7, 512, 6, 296),
        (264.5, 768, 12, 650),
        (190.1, 768, 12, 505),
    ],
    ids=["tiny q8_0", "base q8_0", "base q5_1", "small q8_0", "small q5_1"],
)
def test_the_estimate_is_near_the_measured_peak_of_a_worker(size, state, layers, measured):
    """Peaks in MB, as in docs/models.md."""
    told = need(int(size * MB), state, layers)
    assert 0.98 * measured * MB <= told <= 1.1 * measured * MB


def test_the_need_of_a_file_follows_from_its_header():
    assert need_of(DEMO) == need(DEMO.stat().st_size, 384, 4)


@pytest.mark.parametrize("form", ["q8_0", "f16"])
def test_the_need_of_a_gguf_file_is_that_of_what_will_be_packed_of_it(tmp_path, form):
    plain = import_file(DEMO, tmp_path, "plain", form).path
    export_gguf(plain, tmp_path / "m.gguf", Notes())
    assert facts_of(tmp_path / "m.gguf") == facts_of(plain)
    assert facts_of(plain).size == plain.stat().st_size


def test_a_file_that_whisper_cpp_cannot_run_needs_what_its_conversion_needs(tmp_path):
    size = dimensions()
    path = write_gguf(tmp_path / "m.gguf", size, lambda _name, _shape: 0, TRANSCRIBE)
    assert facts_of(path).size == import_file(path, tmp_path, "m").path.stat().st_size
    assert facts_of(path).size < 0.6 * path.stat().st_size


def test_a_file_without_dimensions_is_taken_for_a_large_model(tmp_path):
    damaged = tmp_path / "other.gguf"
    damaged.write_bytes(b"GGUF" + bytes(100))
    assert need_of(damaged) == need(104, 1280, 32)


def test_a_named_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe.bin")
    assert need_of(tmp_path / "pipe.bin") == need(0, 1280, 32)


def test_a_model_is_loaded_beside_the_other_if_both_fit():
    assert room("m", 100 * MB, 132 * MB, held=50 * MB) is Room.BESIDE
    assert room("m", 100 * MB, 131 * MB, held=50 * MB) is Room.ALONE
    assert room("m", 100 * MB, 82 * MB, held=50 * MB) is Room.ALONE


def test_a_model_that_fits_nowhere_is_refused_with_the_figures():
    with pytest.raises(ModelError) as refused:
        room("m", 100 * MB, 81 * MB, held=50 * MB)
    assert str(refused.value) == (
        "m needs about 100 MB of memory and 32 MB to spare; 81 MB are free, 50 MB more without the "
        "model in use: choose a smaller model"
    )
    with pytest.raises(ModelError, match="81 MB are free: choose a smaller model"):
        room("m", 100 * MB, 81 * MB, held=0)


def test_where_the_free_memory_is_unknown_the_model_is_tried():
    assert room("m", 100 * MB, None, held=0) is Room.BESIDE


def test_the_kernel_reports_what_is_available(tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:  400 kB\nMemFree:  10 kB\nMemAvailable:  300 kB\n")
    assert available(meminfo) == 300 * 1024
    meminfo.write_text("MemTotal:  400 kB\n")
    assert available(meminfo) is None
    assert available(tmp_path / "none") is None
    assert available() > MB


def test_memory_that_a_process_has_written_counts_as_held_by_it():
    before = held_by(os.getpid())
    # not from the heap, which may have room left by other tests
    with mmap.mmap(-1, 64 * MB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as kept:
        kept.write(b"\x01" * 64 * MB)
        assert held_by(os.getpid()) - before > 50 * MB
    assert held_by(2**22 + 1) == 0  # above the largest process id there can be


def copy(folder, name, *, tokens=51864, grown=0):
    shutil.copy(DEMO, folder / f"{name}.bin")
    with (folder / f"{name}.bin").open("r+b") as file:
        file.seek(4)
        file.write(struct.pack("<i", tokens))
        file.truncate(DEMO.stat().st_size + grown)


def test_fallbacks_are_the_models_that_know_the_language_by_need(tmp_path, monkeypatch):
    monkeypatch.setenv("SAYKEY_STATE", str(tmp_path))
    folder = tmp_path / "models"
    folder.mkdir()
    copy(folder, "a-large", tokens=51865, grown=50 * MB)
    copy(folder, "b-small.en")
    copy(folder, "c-medium", tokens=51865, grown=20 * MB)
    write_gguf(folder / "d-other.gguf", dimensions(), like_whisper(8), TRANSCRIBE)
    (folder / "damaged.gguf").write_bytes(b"GGUF" + bytes(100))
    (folder / "empty.bin").touch()
    (folder / "linked.bin").symlink_to(DEMO)
    (folder / "folder.bin").mkdir()
    assert models_by_need("en") == (
        "d-other", "b-small.en", "tiny.en-short", "c-medium", "a-large",
    )  # fmt: skip
    assert models_by_need("de") == models_by_need("en, de") == ("d-other", "c-medium", "a-large")
