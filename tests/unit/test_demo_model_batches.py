"""Training data of the demonstration model: sound to spectra, variations, batches."""

import json
import math

import numpy as np
import pytest

from demo_model import bpe
from demo_model.augment import Augmenter
from demo_model.batches import CONTEXT, IGNORED, Batcher, load_utterances
from demo_model.export import SHIPPED_MODEL
from demo_model.features import BANDS, FLOOR, log_mel, noise_bank, normalised
from demo_model.ggml import Assets
from demo_model.weights import SHIPPED, Weights

ASSETS = Assets.from_model(SHIPPED_MODEL)
TEXTS = [" Hello world.", " Yes.", " Where is Anna?", " Open quote."]
FRAMES = [120, 60, 200, 90]


@pytest.fixture(scope="module")
def noises():
    return noise_bank(ASSETS.mel_bank, count=8)


@pytest.fixture
def batcher(tmp_path, noises):
    rng = np.random.default_rng(2)
    mels = rng.normal(-3, 1, (sum(FRAMES), BANDS)).astype(np.float16)
    np.save(tmp_path / "shard.npy", mels)
    entries = [
        {"text": text, "phonemes": "h ə", "voice": "test", "frames": frames}
        for text, frames in zip(TEXTS, FRAMES, strict=True)
    ]
    (tmp_path / "shard.json").write_text(json.dumps(entries), "utf-8")
    weights = Weights.load(SHIPPED)
    rows = {token: row for row, token in enumerate(weights.tokens)}
    tokenizer = bpe.Tokenizer(ASSETS.vocabulary)
    found = load_utterances([tmp_path / "shard.json"], tokenizer, rows, weights.phonemes)
    return Batcher(found, rows, Augmenter(rng, noises), rng, frames=600)


def test_a_tone_lies_in_the_mel_band_of_its_pitch():
    tone = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000).astype(np.float32)
    mel = log_mel(tone, ASSETS.mel_bank)
    assert mel.shape == (101, BANDS)
    bin_of_tone = 1000 * 400 // 16_000
    assert set(mel[10:90].argmax(axis=1)) == {ASSETS.mel_bank[:, bin_of_tone].argmax()}


def test_silence_lies_at_the_floor_and_is_scaled_as_whisper_does():
    mel = log_mel(np.zeros(16_000, np.float32), ASSETS.mel_bank)
    assert mel == pytest.approx(FLOOR, abs=1e-5)
    scaled, behind = normalised(mel, loudest=0.0)
    assert (scaled == -1.0).all()
    assert behind == -1.0


def test_noises_are_finite_and_of_mean_level_zero(noises):
    for noise in noises:
        assert noise.shape == (396, BANDS)
        assert np.isfinite(noise).all()
        assert abs(noise.mean()) < 1e-3


def test_no_two_variations_are_alike_and_all_are_scaled(noises):
    augmenter = Augmenter(np.random.default_rng(1), noises)
    mel = np.random.default_rng(2).normal(-3, 1, (100, BANDS)).astype(np.float32)
    variations = [augmenter.speech(mel) for _ in range(50)]
    assert len({varied.tobytes() for varied, _, _ in variations}) == 50
    for varied, silence, end in variations:
        # Whisper's scaling keeps the 8 decades below the loudest: a range of 2
        assert varied.max() - varied.min() <= 2.0 + 1e-6
        assert silence <= varied.max()
        assert 0.8 <= end <= len(varied) / 100


def test_noise_without_speech_is_scaled_too(noises):
    augmenter = Augmenter(np.random.default_rng(4), noises)
    for _ in range(100):
        mel, _silence = augmenter.no_speech()
        assert 10 <= len(mel) < 400
        assert np.isfinite(mel).all()


def test_positions_represent_a_whole_audio_context_and_the_empty_cells(batcher):
    for _ in range(50):
        batch = batcher.next()
        shares = np.exp(batch.key_bias.astype(np.float64))
        context = shares[:-1].sum()
        assert len(batch.key_bias) == len(batch.positions) + 1
        assert batch.positions[-1] < CONTEXT
        assert context == pytest.approx(round(context), abs=1e-3)
        assert context <= CONTEXT + 8
        empty = shares[-1]
        assert empty < 1e-12 or (round(context) + round(empty)) % 256 == 0


def test_targets_are_the_inputs_one_token_later(batcher):
    batch = batcher.batch(range(4), varied=False)
    for tokens, targets in zip(batch.tokens, batch.targets, strict=True):
        asked = np.flatnonzero(targets != IGNORED)
        assert np.array_equal(targets[asked[:-1]], tokens[asked[1:]])
        assert batch.phoneme_counts.tolist() == [2, 2, 2, 2]


def test_unvaried_batches_hold_the_spectra_then_silence(batcher):
    batch = batcher.batch([1, 2], varied=False)
    assert batch.mel.shape[:2] == (2, BANDS)
    behind = batch.mel[0, :, FRAMES[1] :]
    assert (behind == behind[0, 0]).all()
    assert not (batch.mel[0, :, FRAMES[1] - 1] == behind[0, 0]).all()


@pytest.mark.parametrize(
    ("second", "token"), [(0.0, 50363), (0.2, 50373), (1.01, 50413), (0.21, 50373), (99, 50963)]
)
def test_times_are_rounded_up_to_the_grid_of_a_fifth_of_a_second(second, token):
    assert bpe.timestamp(second) == token
    assert math.ceil((min(second, 12) - 0.02) * 5) == (token - bpe.FIRST_TIMESTAMP) // 10
