"""How texts are scored: wrong words and characters, and the kinds of the errors."""

import sys

import pytest

from saykey.errors import UsageError
from saykey.measure.scoring.kinds import Kind, names_in, read_homophones
from saykey.measure.scoring.normal import normaliser, with_whole_numbers
from saykey.measure.scoring.scores import Score, Scorer, Silent, Total, total


def scored(said, typed, language="en"):
    return Scorer(normaliser(language), language).score("a", said, typed)


def test_a_text_typed_to_the_letter_has_no_errors():
    assert scored("Good morning, Ann.", " Good morning, Ann. ") == Score(
        name="a",
        words=3,
        word_errors=0,
        characters=16,
        character_errors=0,
        exact=True,
        same=True,
    )


def test_case_punctuation_and_spelling_are_no_errors_but_not_exact():
    score = scored("It's grey, Mr. Smith: twenty-one!", "it is gray Mister Smith 21")
    assert (score.word_errors, score.character_errors) == (0, 0)
    assert (score.exact, score.same) == (False, True)


def test_an_ellipsis_is_no_word():
    assert scored("Please enter the first ...", "Please enter the first.").words == 4


def test_errors_are_counted_in_words_and_in_characters():
    score = scored("The train is late again.", "The train was late.")
    assert (score.words, score.word_errors) == (5, 2)
    assert (score.characters, score.character_errors) == (23, 8)  # i, "s" -> "was"; " again"


def test_digits_may_be_written_together_or_apart():
    assert with_whole_numbers("0 0 12 a 3 b4 5 2.5 6 one") == "0012 a 3 b4 5 2.5 61"
    assert scored("one two three", "1, 2, 3.").same
    assert scored("The code is 4444 1111.", "The code is 44441111.").same


@pytest.mark.parametrize(
    ("said", "typed", "kinds"),
    [
        ("Go to their house.", "Go too there house.", [Kind.HOMOPHONE] * 2),
        ("You log in here.", "You login here.", [Kind.HOMOPHONE] * 2),
        ("They're late.", "Their late.", [Kind.HOMOPHONE] * 2),
        ("Wait for me.", "Wait four me.", [Kind.HOMOPHONE]),
        ("Please call Catherine now.", "Please call cat now.", [Kind.NAME]),
        ("Wait fifteen minutes.", "Wait 50 minutes.", [Kind.NUMBER]),
        ("Wait a minute.", "Wait a moment.", [Kind.OTHER]),
        ("Wait a minute.", "Wait minute.", [Kind.DROPPED]),
        ("Wait a minute.", "Wait a long minute.", [Kind.INVENTED]),
        ("Wait a minute.", "", [Kind.DROPPED] * 3),
        (
            "Wait a minute.",
            "We ate a little in it.",
            [Kind.OTHER, Kind.INVENTED, Kind.OTHER, Kind.INVENTED, Kind.INVENTED],
        ),
    ],
)
def test_each_error_is_of_one_kind(said, typed, kinds):
    score = scored(said, typed)
    assert sorted(score.kinds, key=str) == sorted(kinds, key=str)
    assert len(score.kinds) == score.word_errors


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("Call Ann Lee. Then wait. I think I'm here.", "en", {"ann", "lee"}),
        ("The \u201cBlue Moon\u201d is closed.", "en", {"blue", "moon"}),
        ("MISTER QUILTER IS THE APOSTLE", "en", set()),
        ("Der Hund heisst Rex.", "de", set()),
        ("Je vois Paris.", "fr", {"paris"}),
    ],
)
def test_a_name_has_a_capital_within_the_sentence(text, language, names):
    assert names_in(text, normaliser(language), language) == names


def test_homophones_are_listed_in_groups():
    groups = read_homophones(["# a comment", "to two 2", "", "sea see", "c see # and si"])
    assert groups["to"] & groups["2"]
    assert groups["sea"] & groups["see"]
    assert not groups["sea"] & groups["c"]
    assert "and" not in groups


def test_homophones_of_english_do_not_count_in_other_languages():
    assert scored("their", "there", "fr").kinds == (Kind.OTHER,)


def test_a_recording_in_which_nothing_is_said_is_scored_apart():
    assert scored("", "Thank you.") == Silent("a", 10)
    assert scored("[noise]", "  ") == Silent("a", 0)


def test_scores_are_added_up():
    scores = [scored("Good morning.", "Good morning."), scored("See you.", "Sea you two.")]
    assert total(scores) == Total(
        recordings=2,
        words=4,
        word_errors=2,
        characters=19,
        character_errors=3,
        exact=1,
        same=1,
        kinds={Kind.HOMOPHONE: 1, Kind.INVENTED: 1},
    )
    assert total(scores).word_error_rate == 0.5
    assert total([]).word_error_rate == 0.0


def test_without_the_extra_packages_one_line_says_how_to_install_them(monkeypatch):
    monkeypatch.setitem(sys.modules, "jiwer", None)
    with pytest.raises(UsageError, match=r"needs the package jiwer: pip install 'saykey\[eval\]'"):
        normaliser("en")
