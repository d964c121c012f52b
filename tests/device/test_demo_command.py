"""`saykey demo` as a newcomer runs it, in real time and with --fast."""

import json
import subprocess
import sys

import soundfile

from saykey.audio.files import read_pcm16
from saykey.cli.demo import bundled

KEYS = {
    "model", "phrases", "typed", "reference", "reports", "release_to_transcript_ms",
    "release_to_first_report_ms", "release_to_last_report_ms", "substitutions",
}  # fmt: skip


def demo(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "saykey", "demo", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def plain(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


def test_in_real_time_the_host_shows_what_was_said() -> None:
    told = json.loads(demo("--json").stdout)
    assert set(told) == KEYS
    assert plain(told["typed"]) == plain(told["reference"])
    assert [sorted(phrase) for phrase in told["phrases"]] == [
        ["begin_s", "end_s", "recognition_ms", "text"]
    ] * 4
    assert all(told[key] >= 0 for key in KEYS if key.endswith("_ms"))
    assert told["reports"] >= len(told["typed"])


def test_fast_reports_no_latencies() -> None:
    told = json.loads(demo("--json", "--fast").stdout)
    assert plain(told["typed"]) == plain(told["reference"])
    assert [told[key] for key in sorted(KEYS) if key.endswith("_ms")] == [None] * 3


def test_a_recording_of_the_user_has_no_reference(tmp_path) -> None:
    recording, text = bundled()
    pcm = memoryview(read_pcm16(recording)).cast("h")
    own = tmp_path / "own.flac"
    soundfile.write(own, pcm, 16_000)
    told = json.loads(demo("--json", "--fast", str(own)).stdout)
    assert told["reference"] is None
    assert plain(told["typed"]) == plain(text)


def test_the_output_for_people_shows_phrases_screen_and_figures() -> None:
    shown = demo("--fast").stdout
    for part in ("the device's display", "Thank you for your new report.", "the same", "⠉"):
        assert part in shown
