"""The cost of converting a model and of checking one, of base size with random weights.

``python -m bench.models pack|check FILE TARGET`` does it once in a process of its own. It prints
the CPU time in milliseconds and the peak memory in bytes.
"""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figure, Section, one
from saykey.models.formats.contents import Notes
from saykey.models.formats.open_model import opened
from saykey.models.formats.random_weights import write_random
from saykey.models.formats.weight_checks import checked
from saykey.models.store.convert import convert_to_ggml, export_gguf
from saykey.models.store.load import read_image

RUNS = 5
PACK_BOUND_MS, CHECK_BOUND_MS, MEMORY_BOUND_MB = 500.0, 100.0, 60.0

METHOD = f"""\
Random weights with Whisper base's dimensions, exported as GGUF; {RUNS} runs, each in a process of
its own. Packing is all of `convert_to_ggml`, including the check of each weight and of the file
that is written. Checking is the first step of every load: of a ggml file, structure and weights; of
a GGUF file, the structure alone, because its weights are checked while they are packed. Memory is
the peak of the whole process (VmHWM of proc_pid_status(5)) less the size of the file, in MB of 10^6
bytes. If it is below zero, the file was never in memory as a whole."""


def measured() -> Section:
    """Packing and checking files of base size."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for quantisation in ("q8_0", "f16"):
            figures += _of_one(Path(folder), quantisation)
    return Section("Models brought in", METHOD, tuple(figures))


def _of_one(folder: Path, quantisation: str) -> list[Figure]:
    plain, packed = folder / f"{quantisation}.bin", folder / f"{quantisation}.gguf"
    write_random(plain, "base", quantisation)
    with opened(plain) as model:
        export_gguf(model, packed, Notes(name="base"))
    size = packed.stat().st_size / 1e6
    packing = [_once("pack", packed, folder) for _ in range(RUNS)]
    told = f"GGUF base {quantisation} ({size:.0f} MB)"
    return [
        one(f"{told} packed, CPU", "ms", (ms for ms, _ in packing), PACK_BOUND_MS),
        one(f"{told} packed, peak memory less the file", "MB",
            (peak / 1e6 - size for _, peak in packing), MEMORY_BOUND_MB),
        one(f"{told} checked, CPU", "ms", _checks(packed, folder), CHECK_BOUND_MS),
        one(f"ggml base {quantisation} checked, CPU", "ms", _checks(plain, folder), CHECK_BOUND_MS),
    ]  # fmt: skip


def _checks(path: Path, folder: Path) -> list[float]:
    return [_once("check", path, folder)[0] for _ in range(RUNS)]


def _once(what: str, path: Path, folder: Path) -> tuple[float, float]:
    command = [sys.executable, "-m", "bench.models", what, str(path), str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    ms, peak = map(float, told.stdout.split())
    return ms, peak


def _check(path: Path) -> float:
    if path.suffix == ".gguf":
        began = time.process_time()
        with opened(path) as model:
            _ = model.contents
            return (time.process_time() - began) * 1000
    image = read_image(path)
    began = time.process_time()
    checked(image)
    return (time.process_time() - began) * 1000


def _pack(path: Path, folder: Path) -> float:
    began = time.process_time()
    with opened(path) as model:
        convert_to_ggml(model, folder / "packed.bin")
    return (time.process_time() - began) * 1000


def main() -> None:
    """Run the command."""
    what, path, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    spent = _pack(path, folder) if what == "pack" else _check(path)
    # ru_maxrss would count the memory of the process that started this one
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"))
    assert peak is not None
    sys.stdout.write(f"{spent} {int(peak[1]) * 1024}\n")


if __name__ == "__main__":
    main()
