"""The three latencies of the bundled dictation: how soon text follows the release."""

import json
import subprocess
import sys

from bench.figures import Figure, Section, one
from saykey.measure.padding import word_errors
from saykey.recognizer.whisper.guards import words

RUNS, MOST_ERRORS = 3, 0.1
LATENCIES = {
    "release_to_transcript_ms": "to the transcript",
    "release_to_first_report_ms": "to the first report",
    "release_to_last_report_ms": "to the last report",
}

METHOD = f"""\
Wall-clock times of `saykey demo --json` with the bundled dictation, {RUNS} runs. The button is
released half a second after the last word, when the guess at that pause has given the text already.
0 ms means before the release. The first report is that of the last piece."""


def measured() -> Section:
    """All three latencies."""
    return Section("From the release to text", METHOD, tuple(_bundled()))


def _bundled() -> list[Figure]:
    command = [sys.executable, "-m", "saykey", "demo", "--json"]
    runs = []
    for _ in range(RUNS):
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        told = json.loads(done.stdout)
        said = words(told["reference"])
        if word_errors(said, words(told["typed"])) > MOST_ERRORS * len(said):
            raise RuntimeError(f"the text is wrong, so no latency counts: {told['typed']!r}")
        runs.append(told)
    return [
        one(f"bundled dictation: {what}", "ms", (told[name] for told in runs))
        for name, what in LATENCIES.items()
    ]
