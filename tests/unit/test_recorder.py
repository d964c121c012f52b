"""A dataset of one's own voice: sentences are shown and recorded, one after another."""

import asyncio

import pytest
import soundfile
from offline_rig import pass_time, quiet, voice

from saykey.audio.files import read_pcm16
from saykey.audio.recording import RecordingMicrophone
from saykey.errors import MicrophoneLost, UsageError
from saykey.measure.datasets import find
from saykey.offline.recorder import Recorder, sentences_of
from saykey.offline.sources import OwnMicrophone
from saykey.simulated.clock import VirtualClock

SENTENCES = sentences_of(["# a comment", "Good morning.", "", "How are you?", "Bye."])
SAID = quiet(0.2) + voice(3.0)
SECOND_NS = 1_000_000_000
ENTER = ""


class Person:
    """Enters lines: a text at once, a number after so many seconds. Notes what is shown."""

    def __init__(self, clock, microphone, *lines):
        self._clock = clock
        self._microphone = microphone
        self._lines = list(lines)
        self.shown = []
        self.levels = []

    async def line(self):
        if not self._lines:
            return None
        line = self._lines.pop(0)
        if line == "unplug":
            self._microphone.unplug()
            await asyncio.get_running_loop().create_future()
        if isinstance(line, float):
            await self._clock.sleep_until(self._clock.now() + round(line * SECOND_NS))
            return ENTER
        return line

    def read_aloud(self, sentence, number, count):
        self.shown.append(f"{number} of {count}: {sentence.text}")

    def listening(self):
        self.shown.append("listening")

    def heard(self, seconds, pcm16):
        self.levels.append((seconds, len(pcm16)))

    def recorded(self, seconds, pcm16):
        assert len(pcm16) == round(seconds * 16_000) * 2
        self.shown.append(f"recorded {seconds:.1f} s")

    def too_short(self):
        self.shown.append("too short")


def record(folder, *lines, sentences=SENTENCES):
    """What is shown, and how many sentences were recorded."""

    async def scene():
        clock = VirtualClock()
        microphone = RecordingMicrophone(SAID, clock)
        person = Person(clock, microphone, *lines)
        passing = asyncio.create_task(pass_time(clock))
        try:
            source = OwnMicrophone(microphone)
            count = await Recorder(folder, source, person.line, person).record(sentences)
        finally:
            passing.cancel()
        assert all(size == 16_000 for _, size in person.levels)
        return person.shown, count

    return asyncio.run(scene())


def texts(folder):
    return {item.name: item.text for item in find.read(folder).items}


def test_enter_begins_and_ends_a_recording(tmp_path):
    shown, count = record(tmp_path, ENTER, 2.0, ENTER, 1.0, ENTER, 1.5)
    assert shown[:4] == [
        "1 of 3: Good morning.",
        "listening",
        "recorded 2.0 s",
        "2 of 3: How are you?",
    ]
    assert count == 3
    assert texts(tmp_path) == {"001": "Good morning.", "002": "How are you?", "003": "Bye."}


def test_a_recording_is_flac_of_what_was_said(tmp_path):
    record(tmp_path, ENTER, 2.0, "q")
    info = soundfile.info(tmp_path / "001.flac")
    assert (info.samplerate, info.channels, info.format) == (16_000, 1, "FLAC")
    pcm16 = read_pcm16(tmp_path / "001.flac")
    assert pcm16 == SAID[: len(pcm16)]


def test_q_stops_and_the_next_time_goes_on_where_it_stopped(tmp_path):
    _, first = record(tmp_path, ENTER, 1.0, "q")
    shown, second = record(tmp_path, ENTER, 1.0)
    assert (first, second) == (1, 1)
    assert shown[0] == "2 of 3: How are you?"
    assert shown[-1] == "3 of 3: Bye."
    record(tmp_path, ENTER, 1.0)
    assert record(tmp_path) == ([], 0)


def test_r_repeats_the_sentence_before(tmp_path):
    shown, count = record(tmp_path, "r", ENTER, 1.0, "r", ENTER, 2.0)
    read = [line for line in shown if " of " in line]
    assert read == ["1 of 3: Good morning."] * 2 + [
        "2 of 3: How are you?",
        "1 of 3: Good morning.",
        "2 of 3: How are you?",
    ]
    assert count == 1
    assert soundfile.info(tmp_path / "001.flac").duration == pytest.approx(2.0, abs=0.05)


def test_a_recording_that_was_ended_at_once_is_not_kept(tmp_path):
    shown, count = record(tmp_path, ENTER, 0.1, ENTER, 1.0)
    assert shown[:5] == [
        "1 of 3: Good morning.",
        "listening",
        "too short",
        "1 of 3: Good morning.",
        "listening",
    ]
    assert count == 1


def test_a_microphone_that_goes_away_keeps_the_recordings_before(tmp_path):
    with pytest.raises(MicrophoneLost, match="plug the microphone in again"):
        record(tmp_path, ENTER, 1.0, ENTER, "unplug")
    assert texts(tmp_path) == {"001": "Good morning."}


def test_a_folder_of_other_sentences_is_refused(tmp_path):
    record(tmp_path, ENTER, 1.0, "q")
    with pytest.raises(UsageError, match=r"001\.txt is for another sentence"):
        record(tmp_path, ENTER, 1.0, sentences=sentences_of(["Something else."]))


def test_a_file_without_sentences_is_refused():
    with pytest.raises(UsageError, match="holds no sentence"):
        sentences_of(["# nothing", " "])
