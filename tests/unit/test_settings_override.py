"""Single settings changed on the command line."""

import pytest

from saykey.errors import UsageError
from saykey.settings.override import overridden
from saykey.settings.schema import Settings


@pytest.mark.parametrize(
    ("change", "section", "key", "value"),
    [
        ("speech.pause_ms=300", "speech", "pause_ms", 300),
        ("recognizer.gate = false", "recognizer", "gate", False),
        ('recognizer.vocabulary="Ann, Bob"', "recognizer", "vocabulary", "Ann, Bob"),
        ("recognizer.language=en, de", "recognizer", "language", "en, de"),
        ("text.join_s=2.5", "text", "join_s", 2.5),
    ],
)
def test_one_key_is_changed_and_the_others_stay(change, section, key, value):
    changed = overridden(Settings(), change)
    assert getattr(getattr(changed, section), key) == value
    assert overridden(changed, f"{section}.{key}={_written(Settings(), section, key)}") == (
        Settings()
    )


def _written(settings, section, key):
    value = getattr(getattr(settings, section), key)
    return str(value).lower() if isinstance(value, bool) else value or '""'


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("speech.pause_ms", r"write SECTION\.KEY=VALUE"),
        ("pause_ms=300", r"write SECTION\.KEY=VALUE"),
        ("speech.pause_ms=3", "must be a whole number from 100 to 2000"),
        ("speech.pase_ms=300", 'did you mean "pause_ms"'),
        ("speach.pause_ms=300", 'did you mean "speech"'),
        ("host.layout=de", "change them in a file"),
        ("speech.pause_ms=900", "must be less than hang_over_ms"),
    ],
)
def test_a_wrong_change_is_one_line_that_says_what_is_valid(change, message):
    with pytest.raises(UsageError, match=message):
        overridden(Settings(), change)
