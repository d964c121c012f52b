"""`saykey demo` as a newcomer runs it, in real time and with --fast."""

import json
import subprocess
import sys

from daemon import dictated

from nothing_invented.voices import word_error_rate
from recorded import DICTATION

KEYS = {
    "model", "phrases", "typed", "reference", "reports", "release_to_transcript_ms",
    "release_to_first_report_ms", "release_to_last_report_ms", "substitutions",
}  # fmt: skip


SENTENCES = 5
MOST_WORD_ERRORS = 0.1


def demo(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "saykey", "demo", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_in_real_time_the_host_shows_what_was_said() -> None:
    told = json.loads(demo("--json").stdout)
    assert set(told) == KEYS
    assert word_error_rate([(told["reference"], told["typed"])]) <= MOST_WORD_ERRORS
    assert len(told["phrases"]) > SENTENCES  # one sentence has a pause inside
    for phrase in told["phrases"]:
        assert sorted(phrase) == ["begin_s", "end_s", "recognition_ms", "text"]
    assert all(told[key] >= 0 for key in KEYS if key.endswith("_ms"))
    assert told["reports"] >= len(told["typed"])


def test_fast_reports_no_latencies() -> None:
    told = json.loads(demo("--json", "--fast").stdout)
    assert word_error_rate([(told["reference"], told["typed"])]) <= MOST_WORD_ERRORS
    assert [told[key] for key in sorted(KEYS) if key.endswith("_ms")] == [None] * 3


def test_a_recording_of_the_user_has_no_reference() -> None:
    told = json.loads(demo("--json", "--fast", str(DICTATION)).stdout)
    assert told["reference"] is None
    assert dictated(told["typed"])


def test_the_output_for_people_shows_phrases_screen_and_figures() -> None:
    shown = demo("--fast").stdout
    for part in ("the device's display", "made amiable himself.", "what was typed", "⠉"):
        assert part in shown
