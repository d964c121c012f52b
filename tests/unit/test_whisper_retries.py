"""A doubtful phrase is recognised again; pure rules decide what follows from all tries.

The tries below are results that engines reported; no engine runs here.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saykey.flow import SAMPLE_RATE, Verdict
from saykey.recognizer.whisper.guards import echoes, invented, loops, unlooped, words
from saykey.recognizer.whisper.retries import WARM, Try, Way, conclude, next_way, ways
from saykey.recognizer.whisper.window import FULL_WINDOW

SHORT, FULL, HOT = Way(320), Way(FULL_WINDOW), Way(FULL_WINDOW, WARM)
LADDER = (SHORT, FULL, HOT)
VOCABULARY = "Saykey, Kubernetes, Anna Meier"
LOOP = "And so on. " * 12


def heard(text, probability=0.95, way=SHORT, **more):
    return Try(way, text, probability, **more)


def prompted(text, probability=0.95, way=SHORT):
    return heard(text, probability, way, prompt=VOCABULARY if way.prompted else "")


def concluded(*tries):
    end = conclude(tries)
    return end.text, end.verdict


def climbed(answers, known=LADDER):
    """All tries of a phrase, with the answer this engine gives to each way of hearing."""
    tries, way = (), known[0]
    while way is not None:
        tries += (answers(way),)
        way = next_way(tries, known)
    return tries


def test_a_short_window_is_followed_by_the_full_one_and_that_by_a_temperature():
    assert ways(5 * SAMPLE_RATE, 64, attempt=1) == LADDER


def test_no_way_is_taken_twice():
    assert ways(5 * SAMPLE_RATE, None, attempt=1) == (FULL, HOT)
    assert ways(30 * SAMPLE_RATE, 64, attempt=1) == (FULL, HOT)


def test_where_the_worker_broke_no_short_window_is_tried_again():
    assert ways(5 * SAMPLE_RATE, 64, attempt=2) == (FULL, HOT)


def test_a_believed_text_is_taken_at_once():
    tries = climbed(lambda way: heard("Thank you.", way=way))
    assert [t.way for t in tries] == [SHORT]
    assert concluded(*tries) == ("Thank you.", Verdict.GOOD)


@pytest.mark.parametrize(
    "doubtful",
    [
        heard("Seven river to.", 0.5),
        heard("And so on and", capped=True),
        heard(LOOP),
        heard("caf\ufffd"),
    ],
)
def test_each_guard_asks_for_another_hearing(doubtful):
    assert next_way((doubtful,), LADDER) == FULL


def test_the_first_believed_hearing_ends_the_climb():
    tries = climbed(lambda way: heard("Go on.", 0.9 if way == FULL else 0.4, way))
    assert [t.way for t in tries] == [SHORT, FULL]
    assert conclude(tries).heard is tries[1]


def test_of_doubtful_hearings_the_most_probable_that_neither_loops_nor_was_cut_is_taken():
    tries = (
        heard(LOOP, 0.99),
        heard("Go on and on and", 0.9, FULL, capped=True),
        heard("Go on.", 0.6, HOT),
    )
    assert next_way(tries, LADDER) is None
    assert concluded(*tries) == ("Go on.", Verdict.DOUBTFUL)


def test_a_loop_heard_every_way_is_cut_back_to_one_round():
    tries = climbed(lambda way: heard("Write this. " + LOOP.strip(), 0.99, way))
    assert len(tries) == 3
    assert concluded(*tries) == ("Write this. And so on.", Verdict.DOUBTFUL)


def test_an_empty_hearing_is_believed():
    assert concluded(*climbed(lambda way: heard("", way=way))) == ("", Verdict.EMPTY)
    assert concluded(heard("Thank you.", 0.4), heard("[Music]", way=FULL)) == ("", Verdict.EMPTY)


def test_an_empty_hearing_is_tried_again_where_the_gate_is_sure_of_speech():
    assert next_way((heard("", speech=0.99),), LADDER) == FULL
    tries = (heard("", speech=0.99), heard("Yes.", 0.9, FULL, speech=0.99))
    assert concluded(*tries) == ("Yes.", Verdict.GOOD)


def test_what_was_heard_as_noise_every_way_is_nothing_however_sure_the_gate_is():
    tries = climbed(lambda way: heard("[Music]", way=way, speech=0.99))
    assert len(tries) == 3
    assert concluded(*tries) == ("", Verdict.EMPTY)


def test_an_empty_hearing_at_a_temperature_alone_is_not_believed():
    tries = (heard("Yes.", 0.7), heard("Yes.", 0.7, FULL), heard("", way=HOT))
    assert concluded(*tries) == ("Yes.", Verdict.DOUBTFUL)


def test_a_gated_phrase_is_not_tried_again():
    gated = heard("", 1.0, no_speech=1.0, speech=0.1)
    assert next_way((gated,), LADDER) is None
    assert concluded(gated) == ("", Verdict.EMPTY)


def test_what_guards_and_gate_both_doubt_is_nothing():
    assert concluded(heard("Undo that.", 0.7, HOT, speech=0.8)) == ("", Verdict.EMPTY)
    assert concluded(heard("Undo that.", 0.5, HOT, speech=0.96)) == ("", Verdict.EMPTY)
    assert concluded(heard("Undo that.", 0.7, HOT, speech=0.96))[1] is Verdict.DOUBTFUL
    assert concluded(heard("Undo that.", 0.5, HOT, speech=0.99))[1] is Verdict.DOUBTFUL
    assert concluded(heard("Undo that.", 0.9, speech=0.8))[1] is Verdict.GOOD


def test_a_known_invention_is_nothing_where_silence_is_probable():
    weak = {"probability": 0.6, "no_speech": 0.5, "speech": 0.99}
    assert concluded(heard("Thanks for watching!", **weak)) == ("", Verdict.EMPTY)
    assert concluded(heard("Thanks for the watch!", **weak))[1] is Verdict.DOUBTFUL


def test_a_real_thank_you_is_never_taken_for_an_invention():
    assert concluded(heard("Thank you.", 0.9, no_speech=0.9)) == ("Thank you.", Verdict.GOOD)
    faint = heard("Thank you.", 0.6, no_speech=0.1, speech=0.97)
    assert concluded(faint) == ("Thank you.", Verdict.DOUBTFUL)


def test_an_echo_of_the_prompt_is_heard_again_without_it():
    (first, second, *_) = climbed(lambda way: prompted("Kubernetes, Anna", way=way))
    assert first.is_echo
    assert not second.way.prompted
    assert second.way.rows == first.way.rows


def test_an_echo_that_is_nothing_without_the_prompt_is_rejected():
    tries = climbed(lambda way: prompted(VOCABULARY if way.prompted else "", way=way))
    assert len(tries) == 2
    assert concluded(*tries) == ("", Verdict.EMPTY)


def test_an_echo_is_replaced_by_what_is_heard_without_the_prompt():
    tries = climbed(lambda way: prompted(VOCABULARY if way.prompted else "Good day.", way=way))
    assert concluded(*tries) == ("Good day.", Verdict.GOOD)


@pytest.mark.parametrize("probability", [0.9, 0.5])
def test_a_name_of_the_vocabulary_that_was_really_said_keeps_its_spelling(probability):
    tries = climbed(
        lambda way: (
            prompted("Kubernetes.")
            if way.prompted
            else prompted("Cooper nettes.", probability, way)
        )
    )
    assert concluded(*tries) == ("Kubernetes.", Verdict.GOOD)


def test_a_mere_echo_is_nothing_when_there_was_no_time_for_another_hearing():
    assert concluded(prompted(VOCABULARY)) == ("", Verdict.EMPTY)


def test_one_hearing_is_enough_when_there_is_time_for_no_other():
    assert concluded(heard("Seven river.", 0.6)) == ("Seven river.", Verdict.DOUBTFUL)


def test_an_echo_is_any_run_of_the_prompt_round_and_round():
    assert echoes("saykey kubernetes", VOCABULARY)
    assert echoes("Anna Meier, Saykey", VOCABULARY)
    assert echoes("Saykey. " * 4, "Saykey")
    assert not echoes("Anna Saykey", VOCABULARY)
    assert not echoes("Ask Anna", VOCABULARY)
    assert not echoes("", VOCABULARY)
    assert not echoes("Anna", "")


def test_inventions_are_known_by_their_words_alone():
    assert invented("Thanks for watching!")
    assert invented("I'll see you in the next video.")
    assert not invented("Thanks for coming.")


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("no no no no no no", "no"),
        ("Yes. I think so. I think so. I think so. I think so. Now.", "Yes. I think so. Now."),
        ("I think so, I think so, I think so, I think so, I think", "I think so"),
        ("One one one one two two two two", "One two"),
        ("la" * 200, ""),
        ("No, no, no.", "No, no, no."),
    ],
)
def test_a_loop_is_said_once(text, cut):
    assert unlooped(text) == cut


pieces = st.lists(
    st.sampled_from(["no", "so", "I", "think", "la" * 60, "[Music]", "é"]), max_size=9
)
texts = st.builds(
    lambda before, piece, times, behind: " ".join([*before, *piece * times, *behind]),
    pieces,
    pieces,
    st.integers(1, 30),
    pieces,
)


@given(texts)
def test_a_text_that_was_cut_back_no_longer_loops(text):
    cut = unlooped(text)
    assert not loops(cut)
    if not loops(text):
        assert cut == text


tries_of_any_kind = st.builds(
    Try,
    way=st.just(SHORT),
    text=texts,
    probability=st.floats(0, 1),
    no_speech=st.floats(0, 1),
    capped=st.booleans(),
    speech=st.none() | st.floats(0, 1),
    prompt=st.sampled_from(["", "no so", VOCABULARY]),
)


@given(st.lists(tries_of_any_kind, min_size=5, max_size=5))
def test_whatever_the_engine_hears_the_climb_ends_without_a_looping_text(answers):
    rest = iter(answers)

    def answer(way):
        one = next(rest)
        prompt = one.prompt if way.prompted else ""
        return Try(way, one.text, one.probability, one.no_speech, one.capped, one.speech, prompt)

    tries = climbed(answer)
    assert len(tries) <= 4
    end = conclude(tries)
    assert not loops(end.text)
    assert bool(words(end.text)) == (end.verdict is not Verdict.EMPTY)
    assert end.heard in tries
