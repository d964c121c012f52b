"""What the training hears: recordings, their texts, variations, and batches of them."""

import gzip
import json
import shutil
import subprocess

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from short_windows_rig import SECOND, tone, write_wav

from saykey.errors import AudioError, UsageError
from saykey.recognizer.whisper.window import STEP_ROWS
from short_windows import batches, recordings
from short_windows.lessons import Sources
from short_windows.tokens import Special
from short_windows.variations import (
    Clip,
    Item,
    in_noise,
    made_up_noise,
    silent,
    spoken,
    tones,
)

ENGLISH = Special(50256, 50257, range(0), 50358, 50360, 50361, 50362, 220)
MULTILINGUAL = Special(50257, 50258, range(50259, 50358), 50359, 50361, 50362, 50363, 220)

CLIPS = [Clip(tone(0.5 + n / 4, 200 + 100 * n), (1000 + n, 2000 + n), None) for n in range(6)]
NOISES = [np.full(4 * SECOND, 7, np.int16)]


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def tree(folder, *names):
    return [write_wav(folder / f"{name}.wav", tone(0.5, 400)) for name in names]


def sources(**named):
    defaults = {"data": [], "noise": [], "test": [], "texts": None, "held_out": recordings.HELD_OUT}
    return Sources(**{**defaults, **named})


# Recordings


def test_recordings_are_found_in_all_folders_below(tmp_path):
    paths = tree(tmp_path, "b", "a/c", "a/a")
    (tmp_path / "a/c.txt").write_text("a text is no recording")
    assert recordings.found([tmp_path]) == [paths[2], paths[1], paths[0]]


@pytest.mark.parametrize(
    ("name", "message"),
    [("nowhere", "is no folder"), ("empty", "holds no recordings; name a folder with .flac")],
)
def test_a_folder_without_recordings_is_refused(tmp_path, name, message):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=message):
        recordings.found([tmp_path / name])


def test_held_out_prompts_are_tested_and_never_learned_from(tmp_path):
    names = ("en/conf-muted", "en/dictate/enter_filename", "en/conf-muted-too", "fr/conf-muted")
    paths = tree(tmp_path, *names)
    assert len(recordings.held_out_names()) == 60
    assert sources(data=[tmp_path]).training_files() == [paths[2]]
    assert sources(test=[tmp_path / "en"]).test_files() == paths[:2]


def test_recordings_that_are_tested_are_not_learned_from(tmp_path):
    paths = tree(tmp_path, "one", "mine/two")
    some = sources(data=[tmp_path], test=[tmp_path / "mine"], test_all=True)
    assert some.test_files() == [paths[1]]
    assert some.training_files() == [paths[0]]


def test_a_test_folder_without_a_held_out_recording_is_refused(tmp_path):
    tree(tmp_path, "one", "two")
    with pytest.raises(UsageError, match=r"none of the 2 recordings .* add --test-all"):
        sources(test=[tmp_path]).test_files()


def test_every_other_recorded_noise_is_kept_for_the_test(tmp_path):
    for number in range(4):
        write_wav(tmp_path / f"{number}.wav", np.full(SECOND, 1000 + number, np.int16))
    noise = sources(noise=[tmp_path])
    learned, tested = (
        {int(piece[0]) for piece in pieces if (piece == piece[0]).all()} & {1000, 1001, 1002, 1003}
        for pieces in (noise.noises(print, 1), noise.other_noises(print, 1))
    )
    assert (learned, tested) == ({1000, 1002}, {1001, 1003})


def test_texts_come_from_files_beside_the_recordings_and_from_debians_list(tmp_path):
    one, two, three = tree(tmp_path, "one", "digits/two", "three")
    one.with_suffix(".txt").write_text(" First of all. \n")
    lines = tmp_path / "core-sounds-en.txt.gz"
    text = "; Core Sounds\n\none: not this one\ndigits/two: Two: of two.\n"
    lines.write_bytes(gzip.compress(text.encode()))
    texts = recordings.texts_in(lines)
    assert [recordings.text_for(path, texts) for path in (one, two, three)] == [
        "First of all.",
        "Two: of two.",
        None,
    ]


@pytest.mark.parametrize("data", [b"\xff\xfe: no", None])
def test_a_list_of_texts_that_cannot_be_read_is_refused(tmp_path, data):
    path = tmp_path / "texts.txt"
    if data:
        path.write_bytes(data)
    with pytest.raises(UsageError, match=r"texts\.txt is no list of texts in UTF-8"):
        recordings.texts_in(path)


def test_tests_without_a_text_or_longer_than_the_window_are_named(tmp_path):
    good, bad, long = tree(tmp_path, "good", "bad", "long")
    good.with_suffix(".txt").write_text("Good.")
    write_wav(long, np.zeros(31 * SECOND, np.int16)).with_suffix(".txt").write_text("Long.")
    told = []
    (test,) = recordings.read_tests([good, bad, long], {}, told.append)
    assert (test.name, test.text) == ("good", "Good.")
    assert told == [
        f"{bad} has no text; put it into bad.txt beside it",
        f"{long} is longer than 30 s",
    ]
    with pytest.raises(UsageError, match="no recording with a text"):
        recordings.read_tests([bad], {}, told.append)


def test_a_broken_recording_is_named_and_the_others_are_used(tmp_path):
    good, broken = tree(tmp_path, "good", "broken")
    broken.write_bytes(b"RIFF?")
    told = []
    pieces = recordings.read_pieces([broken, good], told.append)
    assert [len(piece) for piece in pieces] == [SECOND // 2]
    assert len(told) == 1
    assert told[0].startswith(f"{broken} is not audio")


def test_g722_is_read_by_ffmpeg(tmp_path):
    (wav,) = tree(tmp_path, "tone")
    g722 = tmp_path / "tone.g722"
    subprocess.run([shutil.which("ffmpeg"), "-v", "error", "-i", wav, g722], check=True)
    pcm = recordings.read(g722)
    assert len(pcm) == pytest.approx(SECOND // 2, abs=2)
    spectrum = np.abs(np.fft.rfft(pcm[: SECOND // 2]))
    assert spectrum.argmax() == 200  # 400 Hz in half a second
    g722.write_bytes(b"")
    with pytest.raises(AudioError, match=r"tone\.g722 cannot be read"):
        recordings.read(g722)


def test_long_recordings_are_cut_where_they_are_quiet():
    loud = np.full(30 * SECOND, 5000, np.int16)
    loud[9 * SECOND : 9 * SECOND + 3200] = 0
    loud[17 * SECOND : 17 * SECOND + 3200] = 0
    pieces = list(recordings.pieces_of(loud))
    assert np.array_equal(np.concatenate(pieces), loud)
    assert all(SECOND // 4 <= len(piece) <= 12 * SECOND for piece in pieces)
    ends = np.cumsum([len(piece) for piece in pieces])[:2] / SECOND
    assert ends == pytest.approx([9.1, 17.1], abs=0.1)


def test_silent_pieces_and_scraps_are_not_learned_from():
    assert list(recordings.pieces_of(np.full(SECOND, 50, np.int16))) == []
    assert list(recordings.pieces_of(np.full(SECOND // 5, 5000, np.int16))) == []


# Variations


def test_no_two_variations_are_alike_and_each_window_holds_its_sound(rng):
    items = [spoken(rng, CLIPS, index % 6) for index in range(120)]
    assert len({item.pcm.tobytes() for item in items}) == 120
    for item in items:
        assert item.window % STEP_ROWS == 0
        assert len(item.pcm) <= item.window * 320
        assert len(item.pcm) <= 27 * SECOND
    assert any(item.prompt for item in items)
    assert not all(item.prompt for item in items)


def test_a_joined_sound_has_the_texts_of_its_parts_in_order(rng):
    texts = [clip.tokens for clip in CLIPS]
    joined = [item for item in (spoken(rng, CLIPS, 2) for _ in range(60)) if len(item.tokens) > 2]
    assert joined
    for item in joined:
        parts = [item.tokens[n : n + 2] for n in range(0, len(item.tokens), 2)]
        assert parts[0] == texts[2]
        assert all(part in texts for part in parts)
        assert len(item.pcm) > len(CLIPS[2].pcm)


def test_clips_of_other_languages_are_not_joined(rng):
    clips = [Clip(CLIPS[0].pcm, (1,), 50259), Clip(CLIPS[1].pcm, (2,), 50260)]
    assert {spoken(rng, clips, 0).tokens for _ in range(60)} <= {(1,) * n for n in range(1, 5)}


def test_noises_have_no_text(rng):
    for item in (silent(rng, NOISES, None) for _ in range(20)):
        assert item.tokens == ()
        assert SECOND // 2 <= len(item.pcm) <= 4 * SECOND


def test_made_up_noises_differ_in_level_and_some_are_silent(rng):
    levels = [int(np.abs(made_up_noise(rng)).max()) for _ in range(60)]
    assert 0 in levels
    assert len(set(levels)) > 20


def test_noise_is_weaker_than_the_sound_and_ends_with_it():
    sound = np.zeros((32, 8000), np.float32)
    sound[:, :4000] = tone(0.25, 400) / 32768
    samples = jnp.full(32, 4000)
    noisy = np.asarray(jax.jit(in_noise)(jax.random.key(3), sound, samples))
    assert (noisy[:, 4000:] == 0).all()
    gain = (noisy * sound).sum(1) / (sound**2).sum(1)
    assert gain.min() > 0.09
    assert gain.max() < 1.5
    noise = (noisy - gain[:, None] * sound)[:, :4000].std(1) / gain
    assert 8 <= (noise > 1e-6).sum() <= 29  # six of ten
    assert noise.max() < 0.2 * np.abs(sound).max() * 10 ** (-5 / 20) * 1.2


def test_filters_are_smooth_and_differ():
    curves = np.asarray(tones(jax.random.key(3), 50, 80))
    assert curves.shape == (50, 80)
    assert np.abs(np.diff(curves)).max() < 0.2
    assert 0.1 < curves.std() < 0.4


# Batches


@pytest.mark.parametrize(
    ("special", "language", "opening"),
    [(ENGLISH, None, [50257, 50362]), (MULTILINGUAL, 50261, [50258, 50261, 50359, 50363])],
)
def test_a_batch_points_at_the_start_the_answer_and_the_end_of_each_item(
    special, language, opening
):
    items = [
        Item(tone(1.0, 300), 64, (11, 12, 13), language, prompt=(7, 8)),
        Item(tone(0.5, 300), 128, (), language),
    ]
    batch = batches.batch_of(items, special)
    told, untold = batch.tokens.tolist()
    end = special.end
    assert told[: 3 + len(opening) + 4] == [special.previous, 7, 8, *opening, 11, 12, 13, end]
    assert untold[: len(opening) + 1] == [*opening, end]
    for row, start, answer, last in zip(
        batch.tokens, batch.start, batch.answer, batch.end, strict=True
    ):
        assert row[start] == special.start
        assert row[answer] == special.no_times
        assert (row[last:] == end).all()
        assert end not in row[:last]
    assert batch.silence.tolist() == [False, True]
    assert batch.sound.shape == (2, 128 * 320)
    assert batch.window.tolist() == [64, 128]
    assert batch.samples.tolist() == [16_000, 8_000]


def test_batches_have_few_shapes_and_one_item_in_ten_is_silent(rng):
    endless = batches.endless(rng, CLIPS * 30, NOISES, ENGLISH, size=4)
    some = [next(endless) for _ in range(60)]
    assert {batch.sound.shape[1] // 320 for batch in some} <= {128, 256, 512, 1024, 1500}
    assert {batch.tokens.shape[1] for batch in some} <= {32, 64, 128, 256}
    assert {len(batch.tokens) for batch in some if batch.sound.shape[1] <= 512 * 320} == {4}
    silent = np.concatenate([batch.silence for batch in some]).mean()
    assert 0.05 < silent < 0.25


def test_the_same_seed_gives_the_same_batches():
    one, two = (
        next(batches.endless(np.random.default_rng(3), CLIPS, NOISES, ENGLISH, size=4))
        for _ in range(2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("text", ["{}", "[1]", "nothing", None])
def test_held_out_names_are_a_json_list(tmp_path, text):
    path = tmp_path / "names.json"
    if text:
        path.write_text(text)
    with pytest.raises(UsageError, match=r"names\.json is no JSON list"):
        recordings.held_out_names(path)
    path.write_text(json.dumps(["a", "b"]))
    assert recordings.held_out_names(path) == {"a", "b"}
