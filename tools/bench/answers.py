"""How soon text follows the release: the three latencies, in real time."""

import asyncio
import json
import subprocess
import sys
from statistics import median

from bench import sound
from bench.figures import Figure, Section, one
from saykey.audio.recording import RecordingMicrophone
from saykey.clock import NS_PER_S, MonotonicClock
from saykey.settings import HostSettings, MicrophoneSettings, Settings
from saykey.simulated.session import Session, dictate

RUNS = 3
LATE_S = (0.0, 0.3, 1.0)
LATENCIES = {
    "release_to_transcript_ms": "to the transcript",
    "release_to_first_report_ms": "to the first report",
    "release_to_last_report_ms": "to the last report",
}

METHOD = f"""\
Times on the wall. The bundled dictation: `saykey demo --json`, {RUNS} times; it
is released half a second after the last word, when the guess at its pause is text already. The
others: the last sentence alone with the noise of its room behind it, released so long after the
last frame in which webrtcvad hears a voice, {RUNS} times each; the real worker, and a host that
polls each millisecond. 0 ms: it happened before the release. The first report is that of the last
piece. Released while a voice is near, the device listens on until none was for 100 ms, at most
200 ms: the recognition begins behind that."""


def measured() -> Section:
    """All of them."""
    return Section("From the release to text", METHOD, (*_bundled(), *_last_sentence()))


def _bundled() -> list[Figure]:
    command = [sys.executable, "-m", "saykey", "demo", "--json"]
    runs = []
    for _ in range(RUNS):
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        told = json.loads(done.stdout)
        if told["typed"] != told["reference"]:
            raise RuntimeError(f"heard wrongly, so no latency counts: {told['typed']!r}")
        runs.append(told)
    return [
        one(f"bundled dictation: {what}", "ms", (told[name] for told in runs))
        for name, what in LATENCIES.items()
    ]


def _last_sentence() -> list[Figure]:
    figures = []
    for late_s in LATE_S:
        sessions = [asyncio.run(_released(late_s)) for _ in range(RUNS)]
        figures += [
            one(
                f"released {late_s:g} s after the voice: {what}",
                "ms",
                (getattr(session.latency, name) for session in sessions),
            )
            for name, what in LATENCIES.items()
        ]
    took = [phrase.recognition_ms for session in sessions for phrase in session.phrases]
    figures.append(one("of that sentence: order to text", "ms", [median(took)]))
    return figures


async def _released(late_s: float) -> Session:
    clock = MonotonicClock()
    spoken = sound.last_sentence()
    microphone = RecordingMicrophone(spoken + sound.room(late_s + 2), clock)
    settings = Settings(
        host=(HostSettings(name="simulated"),), microphone=MicrophoneSettings(pre_roll_ms=0)
    )

    async def until() -> None:
        length_ns = round((sound.seconds(spoken) + late_s) * NS_PER_S)
        await clock.sleep_until(clock.now() + length_ns)

    session = await dictate(settings, clock, microphone, until, lambda _session: None)
    if not session.host.text:
        raise RuntimeError("nothing was heard, so no latency counts")
    return session
