"""``python bare.py MODEL``: the bare library in this interpreter, to compare its memory.

Loads the model with flash attention, then recognises 5 s of noise with the full window. Prints the
resident memory in MB (10^6 bytes) after each of the two steps.
"""

import random
import sys
from array import array
from pathlib import Path

from saykey.recognizer.whisper.decoding import Decoding
from saykey.recognizer.whisper.engine import Whisper

SAMPLES, TOKENS, FULL = 80_000, 20, 1500


def main() -> None:
    """Run both steps."""
    whisper = Whisper(Path(sys.argv[1]).read_bytes(), 1, exact_windows=False)
    print(_resident_mb())
    draw = random.Random(0)  # noqa: S311
    noise = array("f", (draw.gauss(0, 0.1) for _ in range(SAMPLES)))
    whisper.transcribe(noise, Decoding("en", "", FULL, TOKENS, endless=True), lambda: False)
    print(_resident_mb())


def _resident_mb() -> float:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    told = next(line for line in lines if line.startswith("VmRSS:"))
    return int(told.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    main()
