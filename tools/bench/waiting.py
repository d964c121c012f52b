"""How long one waits after the release: guesses at pauses, and long dictations."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import sound
from bench.figures import Section, one
from bench.plots import Group, plot
from saykey.audio.recording import RecordingMicrophone
from saykey.clock import NS_PER_S, MonotonicClock
from saykey.models.store.store import find
from saykey.settings.schema import HostSettings, MicrophoneSettings, RecognizerSettings, Settings
from saykey.simulated.session import Session, dictate

RUNS = 5
SILENCE_S = (0.0, 0.3, 0.6, 1.0)
PAUSE_S, SLACK_MS = 0.25, 50.0
"""A guess begins at a pause this long; SLACK_MS is for its order, its answer and a wake-up."""

LONG_RUNS, TIMES, SHORT_S = 3, 4, 5.0
LONGER_BOUND = 1.1

PICTURE = "waiting.png"

GUESS_METHOD = f"""\
Wall-clock times, {RUNS} runs each, in turns. The dictation is the last sentence of the bundled one,
followed by the noise of its room. It is released so many seconds after the last frame in which
webrtcvad hears a voice. The worker is the real one, and the host polls each millisecond. The
bundled model runs without its card here, so with the full window for every phrase: recognition must
take long enough to show the difference. T is the time from the order to the text in the same run.
What is left of T is T less the silence beyond {PAUSE_S:g} s, which the guess at the pause had
already. 0 ms means that the text was there before the release. If a voice was heard just before the
release, the device listens on until none was heard for 100 ms, at most 200 ms, and recognises after
that."""

LENGTH_METHOD = f"""\
Wall-clock times. The bundled dictation {TIMES} times over, a minute with its pauses, compared with
its last {SHORT_S:.0f} s, {LONG_RUNS} runs each in turns. Both are released with the last voiced
frame, with the model as shipped. All phrases but the last are text before the release."""


@dataclass(frozen=True)
class Wait:
    """One dictation: release to transcript, and from the order to the text of its last phrase."""

    transcript_ms: float
    recognition_ms: float


def measured_guesses(pictures: Path) -> Section:
    """release_to_transcript for each length of silence before the release."""
    with TemporaryDirectory() as folder:
        model = Path(folder) / "without-card.bin"
        model.write_bytes(find(RecognizerSettings().model).read_bytes())
        # in turns, so that a busy minute affects all alike
        turns = [
            {s: asyncio.run(_dictated(sound.last_sentence(), s, str(model))) for s in SILENCE_S}
            for _ in range(RUNS)
        ]
    waits = {s: [turn[s] for turn in turns] for s in SILENCE_S}
    figures = [
        one(f"released {s:g} s after the voice", "ms", (w.transcript_ms for w in waits[s]))
        for s in SILENCE_S
    ]
    over = [
        one(
            f"released {s:g} s after the voice: beyond what is left of T",
            "ms",
            (w.transcript_ms - left_ms(w.recognition_ms, s) for w in waits[s]),
            SLACK_MS,
        )
        for s in SILENCE_S
    ]
    took = (w.recognition_ms for s in SILENCE_S for w in waits[s])
    _draw(pictures / PICTURE, waits)
    return Section(
        "Guesses at pauses: from the release to the transcript",
        GUESS_METHOD,
        (*figures, *over, one("recognition, T", "ms", took)),
        picture=PICTURE,
    )


def left_ms(took_ms: float, silence_s: float) -> float:
    """The time left at the release of a recognition of so many ms that began at the pause."""
    return max(0.0, took_ms - (silence_s - PAUSE_S) * 1000)


def _draw(path: Path, waits: dict[float, list[Wait]]) -> None:
    groups = [
        Group(
            f"{s:g} s of silence before the release",
            [(left_ms(w.recognition_ms, s), w.transcript_ms) for w in waits[s]],
        )
        for s in SILENCE_S
    ]
    most = max(left for group in groups for left, _ in group.points)
    steps = [most * step / 40 for step in range(41)]
    plot(
        path,
        "From the release to the transcript, each run",
        ("left of the recognition at the release, ms", "ms"),
        Group(f"at most: {SLACK_MS:.0f} ms more than is left", [(x, x + SLACK_MS) for x in steps]),
        groups,
    )


def measured_lengths() -> Section:
    """release_to_transcript after a minute compared with that after a few seconds."""
    spoken, _ = sound.dictation()
    end = sound.voice_end(spoken)
    short = spoken[max(0, end - round(SHORT_S * sound.BYTES_PER_S)) : end]
    long = spoken * (TIMES - 1) + spoken[:end]
    model = RecognizerSettings().model
    shorts, longs = [], []
    for _ in range(LONG_RUNS):
        shorts.append(asyncio.run(_dictated(short, 0.0, model)).transcript_ms)
        longs.append(asyncio.run(_dictated(long, 0.0, model)).transcript_ms)
    ratio = median(longs) / median(shorts)
    return Section(
        "A minute against a few seconds: from the release to the transcript",
        LENGTH_METHOD,
        (
            one("a minute, share of the short one's", "times", [ratio], LONGER_BOUND),
            one(f"dictation of {sound.seconds(short):.0f} s", "ms", shorts),
            one(f"dictation of {sound.seconds(long):.0f} s", "ms", longs),
        ),
    )


async def _dictated(spoken: bytes, silence_s: float, model: str) -> Wait:
    clock = MonotonicClock()
    microphone = RecordingMicrophone(spoken + sound.room(silence_s + 2), clock)
    settings = Settings(
        host=(HostSettings(name="simulated"),),
        microphone=MicrophoneSettings(pre_roll_ms=0),
        recognizer=RecognizerSettings(model=model),
    )

    async def until() -> None:
        length_ns = round((sound.seconds(spoken) + silence_s) * NS_PER_S)
        await clock.sleep_until(clock.now() + length_ns)

    session = await dictate(settings, clock, microphone, until, lambda _session: None)
    return _wait(session)


def _wait(session: Session) -> Wait:
    transcript_ms = session.latency.release_to_transcript_ms
    if not session.host.text or transcript_ms is None:
        raise RuntimeError("nothing was heard, so no latency counts")
    return Wait(transcript_ms, session.phrases[-1].recognition_ms)
