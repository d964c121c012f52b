"""Properties of the cutter for any audio, in pieces of any length."""

from itertools import pairwise

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from saykey.events import PhraseEnded, PhrasePaused, PhraseResumed
from saykey.flow import FRAME_SAMPLES
from saykey.settings.schema import SpeechSettings
from saykey.simulated.detector import EnergyDetector
from saykey.speech.cutter import Cutter

ALL_NOISE = np.random.default_rng(5).normal(0, 3000, 1500 * FRAME_SAMPLES).astype("<i2")

settings = st.builds(
    SpeechSettings,
    onset_ms=st.sampled_from([20, 60, 90, 200]),
    pre_roll_ms=st.sampled_from([0, 50, 300, 1000]),
    pause_ms=st.sampled_from([100, 260, 700]),
    hang_over_ms=st.sampled_from([200, 510, 900]),
    longest_s=st.sampled_from([5.0, 5.11, 8.0]),
)

runs = st.lists(
    st.tuples(st.booleans(), st.one_of(st.integers(1, 8), st.integers(5, 60), st.just(300))),
    min_size=1,
    max_size=14,
)
"""Spans of voice or silence with their lengths in frames; up to some 25 s where that matters."""


def _voice(lengths):
    return np.concatenate([np.full(length, voiced) for voiced, length in lengths])[:1500]


def _pcm16(voice):
    samples = ALL_NOISE[: voice.size * FRAME_SAMPLES] * np.repeat(voice, FRAME_SAMPLES)
    return samples.astype("<i2").tobytes()


def _cutter(wanted):
    return Cutter(1, wanted, EnergyDetector(-45))


def _fed(cut, pcm16, pieces):
    """Feed in pieces of these lengths in samples, over and over."""
    events, sample, turn = [], 0, 0
    while sample * 2 < len(pcm16):
        length = pieces[turn % len(pieces)]
        events += cut.feed(pcm16[sample * 2 : (sample + length) * 2], sample)
        sample = min(sample + length, len(pcm16) // 2)
        turn += 1
    return events


def _phrases(events, kinds):
    return [event.phrase for event in events if isinstance(event, kinds)]


@given(settings, runs)
def test_phrases_are_numbered_ordered_apart_and_hold_the_samples_of_their_positions(wanted, run):
    pcm16 = _pcm16(_voice(run))
    cut = _cutter(wanted)
    events = [*cut.feed(pcm16, 0), *cut.finish()]
    ended = _phrases(events, PhraseEnded)
    assert [phrase.id.number for phrase in ended] == list(range(1, len(ended) + 1))
    for before, after in pairwise(ended):
        assert before.last_sample <= after.first_sample
    for phrase in _phrases(events, (PhrasePaused, PhraseEnded)):
        assert 0 <= phrase.first_sample < phrase.last_sample <= len(pcm16) // 2
        assert phrase.pcm == pcm16[phrase.first_sample * 2 : phrase.last_sample * 2]
        assert phrase.seconds <= wanted.longest_s


@given(settings, runs, st.lists(st.integers(1, 5000), min_size=1, max_size=5), st.data())
def test_the_pieces_the_audio_comes_in_change_nothing(wanted, run, pieces, data):
    pcm16 = _pcm16(_voice(run))
    at = data.draw(st.integers(0, len(pcm16) // 2))
    post_roll = data.draw(st.sampled_from([0, 1000, 3200]))

    def all_events(lengths):
        cut = _cutter(wanted)
        # The release is reported before the audio, so it is late in none of the runs.
        events = [*cut.release(at, post_roll), *_fed(cut, pcm16, lengths), *cut.finish()]
        return [(event, getattr(event.phrase, "pcm", None)) for event in events]

    assert all_events(pieces) == all_events([len(pcm16) // 2])


@given(settings, runs)
def test_one_id_and_revision_is_one_piece_of_audio(wanted, run):
    cut = _cutter(wanted)
    events = [*cut.feed(_pcm16(_voice(run)), 0), *cut.finish()]
    seen = {}
    for phrase in _phrases(events, (PhrasePaused, PhraseEnded)):
        known = seen.setdefault((phrase.id, phrase.revision), phrase)
        assert (known, known.pcm) == (phrase, phrase.pcm)


@given(settings, runs)
def test_every_voice_that_lasts_as_long_as_an_onset_is_in_a_phrase(wanted, run):
    voice = _voice(run)
    cut = _cutter(wanted)
    ended = _phrases([*cut.feed(_pcm16(voice), 0), *cut.finish()], PhraseEnded)
    covered = np.zeros(voice.size * FRAME_SAMPLES, dtype=bool)
    for phrase in ended:
        covered[phrase.first_sample : phrase.last_sample] = True
    onset = -(-wanted.onset_ms // 20)
    start = 0
    for frame in range(voice.size + 1):
        if frame == voice.size or not voice[frame]:
            if frame - start >= onset:
                assert covered[start * FRAME_SAMPLES : frame * FRAME_SAMPLES].all()
            start = frame + 1


@given(settings, runs)
def test_the_events_of_each_phrase_come_in_order(wanted, run):
    """A phrase pauses, then ends with that revision or resumes with the next; one at a time."""
    cut = _cutter(wanted)
    paused = None
    last = 0
    for event in [*cut.feed(_pcm16(_voice(run)), 0), *cut.finish()]:
        if isinstance(event, PhraseResumed):
            assert paused is not None
            assert event.phrase == paused.id
            paused = None
            continue
        assert event.phrase.id.number == last + 1
        assert paused is None or isinstance(event, PhraseEnded)
        paused = event.phrase if isinstance(event, PhrasePaused) else None
        last += isinstance(event, PhraseEnded)
    assert paused is None


@given(settings, runs)
def test_no_phrase_pauses_or_ends_before_the_position_announced(wanted, run):
    """Audio may gather up to that position without delaying any pause or end."""
    pcm16 = _pcm16(_voice(run)[:1400])
    cut = _cutter(msgspec.structs.replace(wanted, longest_s=29.0))
    promised = 0
    for sample in range(0, len(pcm16) // 2, FRAME_SAMPLES):
        promised = max(promised, cut.tells_nothing_before)
        events = cut.feed(pcm16[sample * 2 : (sample + FRAME_SAMPLES) * 2], sample)
        if any(isinstance(event, PhrasePaused | PhraseEnded) for event in events):
            assert sample + FRAME_SAMPLES >= promised


@given(settings, runs, st.data())
def test_no_phrase_goes_beyond_the_release_and_its_post_roll(wanted, run, data):
    pcm16 = _pcm16(_voice(run))
    at = data.draw(st.integers(0, len(pcm16) // 2))
    cut = _cutter(wanted)
    events = [*cut.release(at, 3200), *cut.feed(pcm16, 0)]
    for phrase in _phrases(events, PhraseEnded):
        assert phrase.last_sample <= at + 3200
    assert cut.finished or at + 3200 > len(pcm16) // 2


@given(runs, st.integers(0, 200_000), st.integers(1, 200_000))
def test_lost_audio_is_heard_as_silence(run, at, lost):
    pcm16 = _pcm16(_voice(run))
    wanted = SpeechSettings()
    at = min(at, len(pcm16) // 2)
    with_gap, with_silence = _cutter(wanted), _cutter(wanted)
    first, rest = pcm16[: at * 2], pcm16[at * 2 :]
    left = [*with_gap.feed(first, 0), *with_gap.feed(rest, at + lost), *with_gap.finish()]
    silence = bytes(lost * 2)
    right = [*with_silence.feed(first + silence + rest, 0), *with_silence.finish()]
    assert left == right
