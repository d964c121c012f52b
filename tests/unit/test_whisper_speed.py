"""A text is compared with the time there was to say it."""

import pytest

from saykey.recognizer.whisper.speed import syllables, too_little, too_much


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("Yes.", 1),
        ("Please enter your password.", 7),
        ("4444 1111 23", 10),
        ("hmm", 1),
        ("Ich heiße Müller.", 5),
        ("Пожалуйста, подождите.", 8),
        ("你好吗", 3),
        ("...", 0),
    ],
)
def test_syllables_are_counted_in_each_script(text, least):
    assert syllables(text) == least


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Yes, yes, yes!", 0.5),
        ("0 0 0 0", 1.5),
        ("If you know your party's extension, you may dial it at any time.", 2.8),  # 18 syllables
    ],
)
def test_fast_speech_is_not_too_much(text, seconds):
    assert not too_much(text, seconds)


def test_a_loop_is_too_much():
    assert too_much("Thank you. " * 20, 3)
    assert too_much("7, " * 60, 6)


def test_a_pause_to_think_is_not_too_little():
    assert not too_little("Yes.", 5.9)
    assert not too_little("One. Two. Three. Four.", 6)
    assert too_little("Thank you for calling!", 20)
