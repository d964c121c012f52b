"""A doubtful phrase is recognised again; pure rules decide what follows from all tries.

The tries below are results that engines reported; no engine runs here.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saykey.flow import SAMPLE_RATE, Seam, Verdict
from saykey.recognizer.whisper.guards import echoes, invented, loops, unlooped, words
from saykey.recognizer.whisper.retries import WARM, Lengths, conclude, next_way, ways
from saykey.recognizer.whisper.speed import too_much
from saykey.recognizer.whisper.tries import Try, Way
from saykey.recognizer.whisper.window import FULL_WINDOW

SHORT, WIDE, HOT = Way(256), Way(384), Way(384, WARM)
HALVES, FULL, FULL_HOT = Way(256, parts=2), Way(FULL_WINDOW), Way(FULL_WINDOW, WARM)
JOINT = Way(432, joint=True)
LADDER = (SHORT, WIDE, HOT)
BOTH = (JOINT, SHORT, WIDE, HOT)
VOCABULARY = "Saykey, Kubernetes, Anna Meier"
SECONDS = 3.0
LOOP = "And so on. " * 12


def heard(text, probability=0.95, way=SHORT, **more):
    return Try(way, text, probability, **({"seconds": SECONDS} | more))


def heard_together(text, mark=".", probability=0.95, **more):
    seam = None if mark is None else Seam(mark)
    return heard(text, probability, JOINT, seam=seam, **more)


def known(seconds, padding=0, *, attempt=1, together=None, sure=True):
    lengths = Lengths(
        round(seconds * SAMPLE_RATE), None if together is None else round(together * SAMPLE_RATE)
    )
    return ways(lengths, padding, attempt=attempt, sure_of_speech=sure)


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


def test_a_short_window_is_followed_by_a_wider_one_and_that_by_a_temperature():
    assert known(3) == (Way(160), Way(288), Way(288, WARM))


def test_a_phrase_of_four_seconds_and_more_is_also_heard_in_halves():
    assert known(5) == (SHORT, HALVES, WIDE, HOT)


def test_a_model_that_needs_the_full_window_always_gets_it():
    assert known(3, padding=None) == (FULL, FULL_HOT)
    assert known(5, padding=None) == (FULL, Way(2 * FULL_WINDOW, parts=2), FULL_HOT)


def test_where_the_worker_broke_no_short_window_and_no_second_phrase_is_tried_again():
    assert known(3, attempt=2, together=8) == (FULL, FULL_HOT)


def test_a_phrase_is_heard_together_with_the_one_before_first():
    assert known(3, together=8.6) == (JOINT, Way(160), Way(288), Way(288, WARM))


def test_what_may_be_no_speech_is_heard_alone_first():
    assert known(3, together=8.6, sure=False)[:2] == (Way(160), JOINT)


def test_a_believed_text_behind_the_seam_is_taken_at_once():
    tries = climbed(lambda _way: heard_together("followed by the pound key.", ""), BOTH)
    assert concluded(*tries) == ("followed by the pound key.", Verdict.GOOD)
    assert conclude(tries).heard.seam == Seam("")


def test_where_the_typed_words_are_not_found_the_phrase_is_heard_alone():
    lost = heard_together("Something else.", None)
    tries = climbed(lambda way: lost if way.joint else heard("Go on.", way=way), BOTH)
    assert [t.way for t in tries] == [JOINT, SHORT]
    assert (concluded(*tries), conclude(tries).heard.seam) == (("Go on.", Verdict.GOOD), None)


def test_what_was_believed_alone_keeps_its_words_if_it_is_not_believed_together():
    order = (SHORT, JOINT, WIDE, HOT)
    doubted = heard_together("Go home.", probability=0.2)
    tries = climbed(lambda way: doubted if way.joint else heard("Go on.", way=way), order)
    assert [t.way for t in tries] == [SHORT, JOINT]
    assert concluded(*tries) == ("Go on.", Verdict.GOOD)


def test_what_was_believed_alone_and_together_is_taken_from_both():
    order = (SHORT, JOINT, WIDE, HOT)
    both = heard_together("go on.", "")
    tries = climbed(lambda way: both if way.joint else heard("Go on.", way=way), order)
    assert conclude(tries).heard.seam == Seam("")


def test_silence_alone_is_not_heard_together():
    order = (SHORT, JOINT, WIDE, HOT)
    silent = heard("You", 0.5, no_speech=0.9, knows_silence=True)
    assert next_way((silent,), order) is None
    assert concluded(silent) == ("", Verdict.EMPTY)


def test_a_model_that_was_taught_silence_is_believed_about_it():
    text = {"text": "Thank you.", "probability": 0.95, "knows_silence": True}
    assert concluded(heard(**text, no_speech=0.6)) == ("", Verdict.EMPTY)
    assert concluded(heard(**text, no_speech=0.5)) == ("Thank you.", Verdict.GOOD)
    assert concluded(heard(**text, no_speech=0.45, speech=0.4)) == ("", Verdict.EMPTY)
    assert concluded(heard(**text, no_speech=0.2, speech=0.4)) == ("Thank you.", Verdict.GOOD)
    assert concluded(heard(**text, no_speech=0.1, speech=0.29)) == ("", Verdict.EMPTY)
    doubted = text | {"probability": 0.3}
    assert concluded(heard(**doubted, no_speech=0.5, speech=0.6))[1] is Verdict.DOUBTFUL


def test_a_believed_text_is_taken_at_once():
    tries = climbed(lambda way: heard("Thank you.", way=way))
    assert [t.way for t in tries] == [SHORT]
    assert concluded(*tries) == ("Thank you.", Verdict.GOOD)


@pytest.mark.parametrize(
    "doubtful",
    [
        heard("Seven river to.", 0.3),
        heard("And so on and", capped=True),
        heard(LOOP),
        heard("no no no no"),
        heard("Thank you.", seconds=20.0),
        heard("caf\ufffd"),
    ],
)
def test_each_guard_asks_for_another_hearing(doubtful):
    assert next_way((doubtful,), LADDER) == WIDE


def test_the_first_believed_hearing_ends_the_climb():
    tries = climbed(lambda way: heard("Go on.", 0.9 if way == WIDE else 0.3, way))
    assert [t.way for t in tries] == [SHORT, WIDE]
    assert conclude(tries).heard is tries[1]


def test_of_doubtful_hearings_the_most_probable_that_neither_loops_nor_was_cut_is_taken():
    tries = (
        heard(LOOP, 0.99),
        heard("Go on and on and", 0.9, WIDE, capped=True),
        heard("Go on.", 0.3, HOT),
    )
    assert next_way(tries, LADDER) is None
    assert concluded(*tries) == ("Go on.", Verdict.DOUBTFUL)


@pytest.mark.parametrize(
    "said", ["0 0 0 0", "No, no, no, no!", "One two. One two. One two. One two."]
)
def test_repeats_that_another_window_confirms_were_spoken(said):
    tries = climbed(lambda way: heard(said, way=way))
    assert [t.way for t in tries] == [SHORT, WIDE]
    assert concluded(*tries) == (said, Verdict.GOOD)


def test_repeats_that_vanish_in_another_window_were_not_spoken():
    tries = climbed(lambda way: heard("Go on." if way == WIDE else "on on on on", way=way))
    assert concluded(*tries) == ("Go on.", Verdict.GOOD)


def test_repeats_that_fit_the_time_stay_even_if_their_number_is_not_certain():
    tries = climbed(lambda way: heard("8 " * (5 if way == SHORT else 4) + "8", way=way))
    assert concluded(*tries) in {("8 8 8 8 8 8", Verdict.DOUBTFUL), ("8 8 8 8 8", Verdict.GOOD)}


def test_words_after_which_the_decoder_stopped_come_back_in_halves():
    order = known(20)
    full = "Thank you for calling. For an operator, press zero. For sales, press one or two."
    tries = climbed(
        lambda way: heard(full if way.parts == 2 else "Thank you!", way=way, seconds=20.0), order
    )
    assert concluded(*tries) == (full, Verdict.GOOD)


def test_one_word_in_a_long_phrase_is_believed_if_it_is_heard_twice():
    tries = climbed(lambda way: heard("Yes.", way=way, seconds=20.0), known(20))
    assert len(tries) == 2
    assert concluded(*tries) == ("Yes.", Verdict.GOOD)


def test_a_loop_heard_every_way_is_cut_back_to_one_round():
    tries = climbed(lambda way: heard("Write this. " + LOOP.strip(), 0.99, way))
    assert len(tries) == 3
    assert concluded(*tries) == ("Write this. And so on.", Verdict.DOUBTFUL)


def test_an_empty_hearing_is_believed():
    assert concluded(*climbed(lambda way: heard("", way=way))) == ("", Verdict.EMPTY)
    assert concluded(heard("Thank you.", 0.3), heard("[Music]", way=WIDE)) == ("", Verdict.EMPTY)


def test_an_empty_hearing_is_tried_again_where_the_gate_is_sure_of_speech():
    assert next_way((heard("", speech=0.99),), LADDER) == WIDE
    tries = (heard("", speech=0.99), heard("Yes.", 0.9, WIDE, speech=0.99))
    assert concluded(*tries) == ("Yes.", Verdict.GOOD)


def test_what_was_heard_as_noise_every_way_is_nothing_however_sure_the_gate_is():
    tries = climbed(lambda way: heard("[Music]", way=way, speech=0.99))
    assert len(tries) == 3
    assert concluded(*tries) == ("", Verdict.EMPTY)


def test_an_empty_hearing_at_a_temperature_alone_is_not_believed():
    tries = (heard("Yes.", 0.3), heard("Yes.", 0.3, WIDE), heard("", way=HOT))
    assert concluded(*tries) == ("Yes.", Verdict.DOUBTFUL)


def test_a_gated_phrase_is_not_tried_again():
    gated = heard("", 1.0, no_speech=1.0, speech=0.1)
    assert next_way((gated,), LADDER) is None
    assert concluded(gated) == ("", Verdict.EMPTY)


def test_what_guards_and_gate_both_doubt_is_nothing():
    assert concluded(heard("Undo that.", 0.3, HOT, speech=0.98)) == ("", Verdict.EMPTY)
    assert concluded(heard("Undo that.", 0.3, HOT, speech=0.99))[1] is Verdict.DOUBTFUL
    assert concluded(heard("Undo that.", 0.9, speech=0.8))[1] is Verdict.GOOD


def test_a_known_invention_is_nothing_where_silence_is_probable():
    weak = {"probability": 0.35, "no_speech": 0.5, "speech": 0.99}
    assert concluded(heard("Thanks for watching!", **weak)) == ("", Verdict.EMPTY)
    assert concluded(heard("Thanks for the watch!", **weak))[1] is Verdict.DOUBTFUL


def test_a_real_thank_you_is_never_taken_for_an_invention():
    assert concluded(heard("Thank you.", 0.9, no_speech=0.9)) == ("Thank you.", Verdict.GOOD)
    faint = heard("Thank you.", 0.39, no_speech=0.1, speech=0.99)
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


@pytest.mark.parametrize("probability", [0.9, 0.3])
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
    assert concluded(heard("Seven river.", 0.3)) == ("Seven river.", Verdict.DOUBTFUL)


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
    seconds=st.floats(0.2, 30),
    seam=st.none() | st.just(Seam(".")),
    knows_silence=st.booleans(),
    no_speech=st.floats(0, 1),
    capped=st.booleans(),
    speech=st.none() | st.floats(0, 1),
    prompt=st.sampled_from(["", "no so", VOCABULARY]),
)


@given(
    st.lists(tries_of_any_kind, min_size=6, max_size=6),
    st.sampled_from([LADDER, BOTH, (SHORT, JOINT, HALVES, WIDE, HOT)]),
)
def test_whatever_the_engine_hears_the_climb_ends_without_an_endless_text(answers, order):
    rest = iter(answers)

    def answer(way):
        one = next(rest)
        prompt = one.prompt if way.prompted else ""
        return replace(one, way=way, prompt=prompt, seam=one.seam if way.joint else None)

    tries = climbed(answer, order)
    assert len(tries) <= len(order) + 1
    end = conclude(tries)
    assert not (loops(end.text) and (end.heard.capped or too_much(end.text, end.heard.seconds)))
    assert not end.heard.is_lost or not end.text
    assert bool(words(end.text)) == (end.verdict is not Verdict.EMPTY)
    assert end.heard in tries
