"""When the button is released in a recording: some time after the last voice."""

from offline_rig import quiet, voice

from saykey.offline.release import released
from saykey.speech.detector import WebRtcDetector

SECOND = 32_000
LATER_S = 0.12
"""So much silence after a voice is still taken for voice by WebRTC's detector."""


def length_s(pcm16):
    return len(released(pcm16, 0.3, WebRtcDetector(2))) / SECOND


def test_what_follows_the_release_is_cut_off():
    assert abs(length_s(quiet(0.5) + voice(1.0) + quiet(2.0)) - (1.5 + LATER_S + 0.3)) < 0.04


def test_silence_is_added_to_a_recording_that_is_too_short():
    said = quiet(0.5) + voice(1.0)
    made = released(said, 0.3, WebRtcDetector(2))
    assert made[: len(said)] == said
    assert made[len(said) :] == bytes(len(made) - len(said))
    assert len(made) / SECOND == 1.8


def test_a_recording_without_a_voice_is_not_changed():
    assert length_s(quiet(2.5)) == 2.5
    assert length_s(b"") == 0
