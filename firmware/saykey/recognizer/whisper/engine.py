"""Runs one whisper.cpp model: samples in, text and probabilities out. Blocks; no threads."""

import time
from array import array
from collections.abc import Callable
from ctypes import byref, c_float, c_int
from dataclasses import replace
from math import exp

from saykey.errors import ModelError, RecognizerError
from saykey.recognizer.languages import languages_of
from saykey.recognizer.whisper import libwhisper
from saykey.recognizer.whisper.decoding import Aborted, Decoding, Heard, mean, tokens_of
from saykey.recognizer.whisper.encoder_time import Watch
from saykey.recognizer.whisper.sampling import Sampler, endless

_GREEDY = 0

_LEAST_SAMPLES = 17_600
"""Shorter audio is padded: whisper.cpp skips audio of up to 0.1 s and stops up to 0.1 s before the
end; older versions 1 s."""

_SURE = 0.75
"""Above this mean probability no guard asks whether there was speech at all."""

_LARGE_WINDOW = 1024
"""Rows for 19 s of speech and 64 rows of padding; few phrases are longer."""

_NEVER = 2.0
"""A threshold that no probability reaches, so that the guards decide and not the library."""


class Whisper:
    """A model loaded from the bytes of its file. The bytes may be freed afterwards.

    ``image`` must have passed weight_checks.checked, because the library crashes on damaged files.
    With ``exact_windows`` the result never depends on earlier phrases, whatever their windows.
    Flash attention is then off: it pads its keys to a multiple of 256 rows without a mask, so that
    rows of an earlier phrase affect the result (whisper.cpp 1.8.5, pull request 3941).
    ``exact_windows`` takes a quarter more time on a full window. It is needed only where windows
    differ.
    With ``knows_silence`` the no-speech probability is looked up for every text.

    Raises ModelError when the library refuses the model, RecognizerError without the library.
    """

    def __init__(
        self, image: bytes, threads: int, *, exact_windows: bool, knows_silence: bool = False
    ) -> None:
        self._library = libwhisper.load()
        self._threads = threads
        self._latest = ""
        parameters = self._library.whisper_context_default_params()
        parameters.use_gpu = False
        parameters.flash_attn = not exact_windows
        self._context = self._library.whisper_init_from_buffer_with_params_no_state(
            image, len(image), parameters
        )
        if not self._context:
            raise ModelError("is refused by whisper.cpp; try another conversion of the model")
        self._exact_windows = exact_windows
        self._knows_silence = knows_silence
        self._state = self._fresh_state()

    def close(self) -> None:
        """Free the model. Nothing else may be called afterwards."""
        self._library.whisper_free_state(self._state)
        self._library.whisper_free(self._context)
        self._context = self._state = None

    def _fresh_state(self) -> int | None:
        state: int | None = self._library.whisper_init_state(self._context)
        if not state:
            raise ModelError("leaves whisper.cpp no memory to work in; choose a smaller model")
        return state

    def transcribe(
        self, samples: "array[float]", decoding: Decoding, aborted: Callable[[], bool]
    ) -> Heard:
        """Recognise 16 kHz mono samples of -1..1, at most 30 s.

        ``aborted`` is called once per pass of the encoder and per token. Aborted is raised soon
        after it returns true. Raises RecognizerError for a language the model does not know.
        """
        try:
            return self._in_its_language(samples, decoding, aborted)
        finally:
            if self._exact_windows and decoding.window > _LARGE_WINDOW:
                self._give_memory_back()

    def _give_memory_back(self) -> None:
        """Replace the state, because a state keeps all the memory it ever computed in.

        Without flash attention, a layer's attention takes heads * 1500 * 1500 floats on a full
        window: 72 MB with Whisper base. Short windows never need that memory again.
        """
        self._library.whisper_free_state(self._state)
        self._state = self._fresh_state()

    def _in_its_language(
        self, samples: "array[float]", decoding: Decoding, aborted: Callable[[], bool]
    ) -> Heard:
        among = languages_of(decoding.language)
        for language in among:
            self._check_language(language)
        guess = self._latest if self._latest in among else among[0]
        heard = self._transcribed(samples, replace(decoding, language=guess), aborted)
        if len(among) == 1:
            return heard
        self._latest = self._spoken(among)
        if self._latest == guess:
            return heard
        again = self._transcribed(samples, replace(decoding, language=self._latest), aborted)
        return replace(again, total_ms=heard.total_ms + again.total_ms)

    def _transcribed(
        self, samples: "array[float]", decoding: Decoding, aborted: Callable[[], bool]
    ) -> Heard:
        missing = _LEAST_SAMPLES - len(samples)
        if missing > 0:
            samples = samples + array("f", bytes(4 * missing))
        parameters = self._parameters(decoding)
        watch = Watch(aborted)
        parameters.encoder_begin_callback = libwhisper.EncoderBegin(watch.begins)
        parameters.abort_callback = libwhisper.AbortCallback(watch.asks)
        sampler, end_of_text = None, self._library.whisper_token_eot(self._context)
        if decoding.temperature > 0:
            sampler = Sampler(decoding.temperature, end_of_text)
            parameters.logits_filter_callback = libwhisper.LogitsFilter(sampler)
        elif decoding.endless:
            parameters.logits_filter_callback = libwhisper.LogitsFilter(endless(end_of_text))
        begin = time.monotonic_ns()
        status = self._library.whisper_full_with_state(
            *(self._context, self._state, parameters),
            *((c_float * len(samples)).from_buffer(samples), len(samples)),
        )
        total_ms = (time.monotonic_ns() - begin) / 1e6
        if aborted():
            raise Aborted
        if status != 0:
            raise RecognizerError(f"whisper.cpp failed with status {status}; try again")
        drawn = None if sampler is None else sampler.probabilities
        return replace(
            self._result(decoding.most_tokens, total_ms, drawn),
            encode_ms=watch.encode_ms,
            language=decoding.language,
        )

    def _spoken(self, among: tuple[str, ...]) -> str:
        """The most probable of these languages, for what was just encoded.

        Computes what whisper_lang_auto_detect does. That function would encode the phrase again,
        with the window of the previous phrase. The language a phrase is decoded in does not change
        its encoding.
        """
        library, context = self._library, self._context
        logits = self._first_logits()
        tokens = {
            code: library.whisper_token_lang(context, library.whisper_lang_id(code.encode()))
            for code in among
        }
        return max(among, key=lambda code: logits[tokens[code]])

    def _check_language(self, language: str) -> None:
        if not self._library.whisper_is_multilingual(self._context):
            if language != "en":
                raise RecognizerError(
                    f"the model knows English only, not {language!r}; choose a multilingual model"
                )
        elif self._library.whisper_lang_id(language.encode()) < 0:
            raise RecognizerError(
                f"Whisper does not know {language!r}; correct [recognizer] language"
            )

    def _parameters(self, decoding: Decoding) -> libwhisper.FullParams:
        parameters: libwhisper.FullParams = self._library.whisper_full_default_params(_GREEDY)
        parameters.n_threads = self._threads
        parameters.audio_ctx = decoding.window
        parameters.max_tokens = decoding.most_tokens
        parameters.language = decoding.language.encode()
        if decoding.prompt:
            # a NUL would end the C string early
            parameters.initial_prompt = decoding.prompt.replace("\0", " ").encode()
        parameters.no_context = True
        parameters.no_timestamps = True
        parameters.single_segment = True
        parameters.suppress_nst = True
        parameters.print_progress = False
        # whisper.passes makes the second tries: it has the guards and the time limit
        parameters.temperature_inc = 0.0
        parameters.no_speech_thold = _NEVER
        return parameters

    def _result(self, most_tokens: int, total_ms: float, drawn: list[float] | None) -> Heard:
        library, state = self._library, self._state
        end_of_text = library.whisper_token_eot(self._context)
        id_of = library.whisper_full_get_token_id_from_state
        p_of = library.whisper_full_get_token_p_from_state
        text, ends, probabilities, tokens, ended = b"", [], [], 0, True
        for segment in range(library.whisper_full_n_segments_from_state(state)):
            for token in range(library.whisper_full_n_tokens_from_state(state, segment)):
                tokens += 1
                ident = id_of(state, segment, token)
                ended = ident == end_of_text
                if ident < end_of_text:
                    text += library.whisper_token_to_str(self._context, ident)
                    ends.append(len(text))
                    probabilities.append(p_of(state, segment, token))
        found = tokens_of(text, ends, probabilities if drawn is None else drawn)
        doubted = self._knows_silence or mean(found) < _SURE
        return Heard(
            # the token limit can cut a character that takes several tokens
            text=text.decode("utf-8", "replace").strip(),
            tokens=found,
            no_speech=self._no_speech() if doubted else 0.0,
            capped=not ended and tokens > most_tokens,
            encode_ms=0.0,
            total_ms=total_ms,
        )

    def _no_speech(self) -> float:
        """Probability of the no-speech token after the start token, for what was just encoded.

        whisper_full_get_segment_no_speech_prob cannot be used, because it reports the previous
        phrase: whisper.cpp 1.8.5 reads it from the first row of the logits, but its decoder
        computes only the last row of the prompt (whisper_full_with_state,
        whisper_batch_prep_legacy).
        """
        logits = self._first_logits()
        top = max(logits)
        total = sum(exp(logit - top) for logit in logits)
        return exp(logits[self._library.whisper_token_nosp(self._context)] - top) / total

    def _first_logits(self) -> list[float]:
        """The decoder's logits for the start token, for what was just encoded."""
        library, context, state = self._library, self._context, self._state
        start = c_int(library.whisper_token_sot(context))
        status = library.whisper_decode_with_state(
            *(context, state, byref(start), 1, 0, self._threads)
        )
        if status != 0:
            raise RecognizerError(f"whisper.cpp failed with status {status}; try again")
        logits: list[float] = library.whisper_get_logits_from_state(state)[
            : library.whisper_n_vocab(context)
        ]
        return logits


def floats(pcm16: bytes) -> "array[float]":
    """Convert signed 16 bit samples to floats of -1..1.

    The standard library takes 1.3 ms for a second of audio; numpy would cost the worker 16 MB.
    """
    return array("f", map((1 / 32768).__mul__, memoryview(pcm16).cast("h")))
