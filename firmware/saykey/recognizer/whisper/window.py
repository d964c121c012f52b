"""Computes how much of Whisper's 30 s window a phrase gets, and how many tokens it may have."""

from saykey.flow import SAMPLE_RATE
from saykey.recognizer.protocol import Cost

FULL_WINDOW = 1500
"""Encoder rows of 30 s: 50 a second (n_audio_ctx of every Whisper)."""

LONGEST_SAMPLES = 30 * SAMPLE_RATE
"""The most samples that fit into the window."""

_ROW_SAMPLES = SAMPLE_RATE // 50
STEP_ROWS = 16
"""Windows are multiples of this many rows. Finer steps save time and cost no accuracy: see
docs/bench.md."""

_MOST_TOKENS = 216
"""whisper.cpp stops by itself, without a result, after n_text_ctx / 2 - 4 = 220 tokens."""


def window_rows(samples: int, padding: int | None) -> int:
    """Encoder rows for a phrase of ``samples`` samples; the full window if ``padding`` is None.

    ``padding`` is the number of rows of silence a model needs after the phrase. With a window that
    ends where the speech does, models loop or invent words (whisper.cpp issues 1117 and 1855).
    """
    if padding is None:
        return FULL_WINDOW
    rows = -(-samples // _ROW_SAMPLES) + padding
    return min(-(-rows // STEP_ROWS) * STEP_ROWS, FULL_WINDOW)


def most_tokens(samples: int) -> int:
    """Tokens after which a decoder no longer follows the speech but runs in a loop.

    Fast English has 7 tokens a second. Scripts that are encoded byte by byte have about twice that.
    """
    return min(24 + 16 * samples // SAMPLE_RATE, _MOST_TOKENS)


def phrase_cost(padding: int | None) -> Cost:
    """The rows of one pass over a phrase (see window_rows), or up to one step more."""
    if padding is None:
        return Cost(FULL_WINDOW)
    return Cost(padding + STEP_ROWS, SAMPLE_RATE / _ROW_SAMPLES)
