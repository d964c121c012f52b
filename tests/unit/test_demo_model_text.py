"""The demonstration model's text: what it was trained on, and what it never met."""

import random
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest
import soundfile

from demo_model.bpe import Tokenizer, trained_tokens
from demo_model.domain import WORDS, Sentence, draw_sentence, parse, probability
from demo_model.export import SHIPPED_MODEL
from demo_model.ggml import Assets
from demo_model.heldout import (
    DRAWN,
    MAY_BE_KNOWN,
    SEED,
    TRAINING_UTTERANCES,
    UNSEEN,
    WRITTEN,
    read_recordings,
)
from demo_model.synthesise import draw_spoken
from demo_model.voices import HELD_OUT, TRAINED
from demo_model.weights import SHIPPED, Weights

HELD_OUT_FOLDER = Path(__file__).parents[1] / "data/heldout"
RECORDINGS = SHIPPED_MODEL.parents[1] / "recordings"

DOCUMENTED_SEED = 200
DOCUMENTED_UTTERANCES = 6000
REJECTED_AT_MOST = 100  # utterances too short or too long; their text counts too


@pytest.fixture(scope="module")
def training_text():
    """The documented part of the training text: the shard of seed 200."""
    spoken = draw_spoken(DOCUMENTED_SEED, held_out=False)
    count = DOCUMENTED_UTTERANCES + REJECTED_AT_MOST
    return {key(item.sentence) for item in islice(spoken, count)}


def key(sentence: Sentence) -> str:
    return " ".join(sentence.words).lower()


def dictation() -> list[Sentence]:
    text = (RECORDINGS / "dictation.txt").read_text("utf-8").strip()
    return [parse(part) for part in text.rstrip(".").split(". ")]


def test_the_dictation_holds_four_sentences_of_known_words():
    assert len(dictation()) == 4
    assert {word for sentence in dictation() for word in key(sentence).split()} <= {
        word.lower() for word in WORDS
    }


def test_no_sentence_of_the_dictation_is_in_the_documented_training_text(training_text):
    assert not {key(sentence) for sentence in dictation()} & training_text


def test_all_of_training_is_expected_to_hold_no_sentence_of_the_dictation():
    for sentence in dictation():
        assert 0 <= probability(sentence) * TRAINING_UTTERANCES < 1e-9


def test_no_held_out_recording_says_what_training_is_expected_to_hold(training_text):
    for utterance in read_recordings(HELD_OUT_FOLDER):
        if utterance.text not in MAY_BE_KNOWN:
            sentence = parse(utterance.text)
            assert key(sentence) not in training_text
            # 0.02: "Is the coffee hot?", written by hand, is likelier than the drawn ones may be
            limit = UNSEEN if utterance.origin == "drawn" else 0.02
            assert probability(sentence) * TRAINING_UTTERANCES < limit


def test_the_documented_seed_gives_the_texts_of_the_held_out_recordings():
    drawn = [utterance.text for utterance in read_recordings(HELD_OUT_FOLDER)]
    assert len(drawn) == DRAWN + len(WRITTEN)
    assert tuple(drawn[DRAWN:]) == WRITTEN
    stream = (item.sentence.text.strip() for item in draw_spoken(SEED, held_out=True))
    assert all(text in stream for text in drawn[:DRAWN])  # in the same order


def test_held_out_voices_were_never_trained_on():
    assert not set(HELD_OUT) & set(TRAINED)
    assert {utterance.voice for utterance in read_recordings(HELD_OUT_FOLDER)} == set(HELD_OUT)


def test_the_bundled_recordings_are_16_khz_mono():
    for path in [RECORDINGS / "dictation.wav", *HELD_OUT_FOLDER.glob("*.flac")]:
        facts = soundfile.info(path)
        assert (facts.samplerate, facts.channels, facts.subtype) == (16_000, 1, "PCM_16")


def test_the_network_has_a_row_for_each_token_of_the_vocabulary_of_233_words():
    tokenizer = Tokenizer(Assets.from_model(SHIPPED_MODEL).vocabulary)
    assert len(WORDS) == len(set(WORDS)) == 233
    assert tuple(trained_tokens(tokenizer, WORDS)) == Weights.load(SHIPPED).tokens


def test_text_becomes_the_tokens_of_gpt2():
    tokenizer = Tokenizer(Assets.from_model(SHIPPED_MODEL).vocabulary)
    # the example of OpenAI's GPT-2 encoder, and a word of several tokens
    assert tokenizer.encode("Hello world") == [15496, 995]
    assert tokenizer.encode(" keyboard.") == [10586, 13]
    assert len(tokenizer.encode(" backspace")) > 1


def test_a_probability_is_the_frequency_of_the_draws():
    rnd = random.Random(5)  # noqa: S311
    draws = 20_000
    found = Counter(key(draw_sentence(rnd)) for _ in range(draws))
    for text in ("hello world", "comma", "full stop", "stop listening", "hello john", "zero"):
        expected = draws * probability(parse(text))
        assert abs(found[text] - expected) < 5 * expected**0.5


def test_whatever_is_drawn_is_possible_and_made_of_known_words():
    rnd = random.Random(6)  # noqa: S311
    for _ in range(150):
        sentence = draw_sentence(rnd)
        assert set(sentence.words) <= set(WORDS)
        assert probability(sentence) > 0


def test_unknown_words_and_nothing_at_all_are_impossible():
    assert probability(parse("Hello Saykey.")) == 0
    assert probability(Sentence(())) == 0


def test_text_has_whispers_blank_capital_and_mark():
    assert Sentence(("where", "is", "Anna"), is_question=True).text == " Where is Anna?"
    assert parse(" Where is Anna?") == Sentence(("Where", "is", "Anna"), is_question=True)
    assert parse("Hello John.").text == " Hello John."
