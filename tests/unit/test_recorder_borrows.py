"""`saykey eval record` borrows the microphone of the running device, over its control socket."""

import asyncio

import pytest
from control_rig import NOW, SOCKET, serving, until
from offline_rig import voice

from saykey.audio.files import read_pcm16
from saykey.errors import ControlError
from saykey.offline.recorder import Recorder, sentences_of
from saykey.offline.sources import BorrowedMicrophone
from saykey.requests import DictationEnded, DictationStarted

SENTENCES = sentences_of(["Good morning.", "Bye."])
PIECE = voice(0.16)


class Reader:
    """A person in front of the device. Reads each sentence aloud for ``pieces`` of 160 ms.

    ``meanwhile`` happens before Enter would be pressed; Enter is then not pressed.
    """

    def __init__(self, device, pieces, meanwhile=None):
        self._device = device
        self._pieces = pieces
        self._meanwhile = meanwhile
        self._reads = False
        self.shown = []

    async def line(self):
        if not self._reads:
            self._reads = True
            return ""
        self._reads = False
        for _ in range(self._pieces):
            self._device.hear(PIECE)
            await asyncio.sleep(0)
        if self._meanwhile is not None:
            self._meanwhile()
            await asyncio.get_running_loop().create_future()
        return ""

    def read_aloud(self, sentence, number, count):
        self.shown.append(f"{number} of {count}: {sentence.text}")

    def listening(self):
        pass

    def heard(self, seconds, pcm16):
        self.shown.append(f"{len(pcm16) / 32_000:.1f} of {seconds:.2f} s")

    def recorded(self, seconds, pcm16):
        assert len(pcm16) == round(seconds * 16_000) * 2
        self.shown.append(f"recorded {seconds:.2f} s")

    def too_short(self):
        self.shown.append("too short")


def recorded(tmp_path, pieces=5, meanwhile=None):
    """The events of the device, what was shown, and the error if there was one."""

    async def scene():
        async with serving(tmp_path / SOCKET) as device:
            act = None if meanwhile is None else (lambda: meanwhile(device))
            person = Reader(device, pieces, act)
            recorder = Recorder(
                tmp_path, BorrowedMicrophone(tmp_path / SOCKET), person.line, person
            )
            error = None
            try:
                await recorder.record(SENTENCES)
            except ControlError as refused:
                error = str(refused)
            return device.events, person.shown, error

    return asyncio.run(scene())


def ends_with_the_release(monkeypatch, tail):
    """Let the small device hand over the last sound at the release, as the real one does."""
    import control_rig

    asked = control_rig.Device.ask

    async def ask(self, event):
        await asked(self, event)
        if isinstance(event, DictationEnded):
            self.hear(tail, over=True)

    monkeypatch.setattr(control_rig.Device, "ask", ask)


def test_each_sentence_is_a_dictation_of_the_device_with_all_of_its_sound(tmp_path, monkeypatch):
    tail = PIECE[:640]
    ends_with_the_release(monkeypatch, tail)
    events, shown, error = recorded(tmp_path)
    assert error is None
    assert [type(event) for event in events] == [DictationStarted, DictationEnded] * 2
    assert [event.borrower for event in events] == [1, 1, 2, 2]
    assert [line for line in shown if line.startswith("recorded")] == ["recorded 0.82 s"] * 2
    for name in ("001", "002"):
        assert read_pcm16(tmp_path / f"{name}.flac") == PIECE * 5 + tail


def test_the_button_of_the_device_ends_a_recording_too(tmp_path, monkeypatch):
    ends_with_the_release(monkeypatch, b"")
    _, shown, error = recorded(tmp_path, meanwhile=lambda device: device.hear(b"", over=True))
    assert error is None
    assert [line for line in shown if line.startswith("recorded")] == ["recorded 0.80 s"] * 2


def test_a_recording_that_the_device_cancels_is_one_line_and_the_ones_before_stay(
    tmp_path, monkeypatch
):
    ends_with_the_release(monkeypatch, b"")
    (tmp_path / "001.flac").write_bytes(b"")
    (tmp_path / "001.txt").write_text("Good morning.\n")
    _, shown, error = recorded(
        tmp_path, meanwhile=lambda device: device.hear(b"", over=True, why="it was cancelled")
    )
    assert error == "it was cancelled"
    assert not (tmp_path / "002.flac").exists()
    assert (tmp_path / "001.flac").exists()
    assert "recorded" not in " ".join(shown)


def test_a_device_that_dictates_refuses_in_one_line(tmp_path):
    async def scene():
        async with serving(tmp_path / SOCKET) as device:
            await device.ask(DictationStarted(0))
            with pytest.raises(ControlError, match="a dictation is open already"):
                await BorrowedMicrophone(tmp_path / SOCKET).open()

    asyncio.run(scene())


def test_a_recording_that_is_interrupted_gives_the_microphone_back(tmp_path, monkeypatch):
    ends_with_the_release(monkeypatch, b"")

    async def scene():
        async with serving(tmp_path / SOCKET) as device:
            person = Reader(device, 5, meanwhile=lambda: None)
            recorder = Recorder(
                tmp_path, BorrowedMicrophone(tmp_path / SOCKET), person.line, person
            )
            recording = asyncio.create_task(recorder.record(SENTENCES))
            await until(lambda: "0.5 of 0.64 s" in person.shown)
            recording.cancel()
            await asyncio.wait({recording})
            assert recording.cancelled()
            assert device.events[-1] == DictationEnded(NOW, 1)
            assert list(tmp_path.glob("*.flac")) == []

    asyncio.run(scene())
