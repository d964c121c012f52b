"""Binds the part of whisper.cpp 1.8.5's C interface that Saykey uses, by ctypes.

The library comes inside the pywhispercpp wheel, whose own Python layer drops return codes and
crashes on bad models. Names and layouts follow include/whisper.h of that version.
"""

import ctypes
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_bool,
    c_char_p,
    c_float,
    c_int,
    c_size_t,
    c_void_p,
)

from saykey.errors import RecognizerError
from saykey.models.formats.wheel import INSTALL, library

VERSION = "1.8.5"

AbortCallback = CFUNCTYPE(c_bool, c_void_p)
EncoderBegin = CFUNCTYPE(c_bool, c_void_p, c_void_p, c_void_p)
LogCallback = CFUNCTYPE(None, c_int, c_char_p, c_void_p)
LogitsFilter = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_float), c_void_p)


class VadParams(Structure):
    """struct whisper_vad_params."""

    _fields_ = (
        ("threshold", c_float), ("min_speech_duration_ms", c_int),
        ("min_silence_duration_ms", c_int), ("max_speech_duration_s", c_float),
        ("speech_pad_ms", c_int), ("samples_overlap", c_float),
    )  # fmt: skip


class VadContextParams(Structure):
    """struct whisper_vad_context_params."""

    _fields_ = (("n_threads", c_int), ("use_gpu", c_bool), ("gpu_device", c_int))


class ContextParams(Structure):
    """struct whisper_context_params."""

    _fields_ = (
        ("use_gpu", c_bool), ("flash_attn", c_bool), ("gpu_device", c_int),
        ("dtw_token_timestamps", c_bool), ("dtw_aheads_preset", c_int), ("dtw_n_top", c_int),
        ("dtw_n_heads", c_size_t), ("dtw_heads", c_void_p), ("dtw_mem_size", c_size_t),
    )  # fmt: skip


class FullParams(Structure):
    """struct whisper_full_params; the fields of its nested structs are listed in place."""

    _fields_ = (
        ("strategy", c_int), ("n_threads", c_int), ("n_max_text_ctx", c_int),
        ("offset_ms", c_int), ("duration_ms", c_int), ("translate", c_bool),
        ("no_context", c_bool), ("no_timestamps", c_bool), ("single_segment", c_bool),
        ("print_special", c_bool), ("print_progress", c_bool), ("print_realtime", c_bool),
        ("print_timestamps", c_bool), ("token_timestamps", c_bool), ("thold_pt", c_float),
        ("thold_ptsum", c_float), ("max_len", c_int), ("split_on_word", c_bool),
        ("max_tokens", c_int), ("debug_mode", c_bool), ("audio_ctx", c_int),
        ("tdrz_enable", c_bool), ("suppress_regex", c_char_p), ("initial_prompt", c_char_p),
        ("carry_initial_prompt", c_bool), ("prompt_tokens", c_void_p), ("prompt_n_tokens", c_int),
        ("language", c_char_p), ("detect_language", c_bool), ("suppress_blank", c_bool),
        ("suppress_nst", c_bool), ("temperature", c_float), ("max_initial_ts", c_float),
        ("length_penalty", c_float), ("temperature_inc", c_float), ("entropy_thold", c_float),
        ("logprob_thold", c_float), ("no_speech_thold", c_float), ("greedy_best_of", c_int),
        ("beam_size", c_int), ("patience", c_float), ("new_segment_callback", c_void_p),
        ("new_segment_user_data", c_void_p), ("progress_callback", c_void_p),
        ("progress_user_data", c_void_p), ("encoder_begin_callback", EncoderBegin),
        ("encoder_begin_user_data", c_void_p), ("abort_callback", AbortCallback),
        ("abort_user_data", c_void_p), ("logits_filter_callback", LogitsFilter),
        ("logits_filter_user_data", c_void_p), ("grammar_rules", c_void_p),
        ("n_grammar_rules", c_size_t), ("i_start_rule", c_size_t), ("grammar_penalty", c_float),
        ("vad", c_bool), ("vad_model_path", c_char_p), ("vad_params", VadParams),
    )  # fmt: skip


_FUNCTIONS = {
    "whisper_version": (c_char_p, ()),
    "whisper_log_set": (None, (LogCallback, c_void_p)),
    "whisper_context_default_params": (ContextParams, ()),
    "whisper_full_default_params": (FullParams, (c_int,)),
    "whisper_init_from_buffer_with_params_no_state": (
        c_void_p,
        (c_char_p, c_size_t, ContextParams),
    ),
    "whisper_init_state": (c_void_p, (c_void_p,)),
    "whisper_free_state": (None, (c_void_p,)),
    "whisper_free": (None, (c_void_p,)),
    "whisper_is_multilingual": (c_int, (c_void_p,)),
    "whisper_lang_id": (c_int, (c_char_p,)),
    "whisper_token_lang": (c_int, (c_void_p, c_int)),
    "whisper_n_vocab": (c_int, (c_void_p,)),
    "whisper_token_eot": (c_int, (c_void_p,)),
    "whisper_token_sot": (c_int, (c_void_p,)),
    "whisper_token_nosp": (c_int, (c_void_p,)),
    "whisper_token_to_str": (c_char_p, (c_void_p, c_int)),
    "whisper_full_with_state": (
        c_int,
        (c_void_p, c_void_p, FullParams, POINTER(c_float), c_int),
    ),
    "whisper_full_n_segments_from_state": (c_int, (c_void_p,)),
    "whisper_full_n_tokens_from_state": (c_int, (c_void_p, c_int)),
    "whisper_full_get_token_id_from_state": (c_int, (c_void_p, c_int, c_int)),
    "whisper_full_get_token_p_from_state": (c_float, (c_void_p, c_int, c_int)),
    "whisper_decode_with_state": (
        c_int,
        (c_void_p, c_void_p, POINTER(c_int), c_int, c_int, c_int),
    ),
    "whisper_get_logits_from_state": (POINTER(c_float), (c_void_p,)),
    "whisper_vad_default_context_params": (VadContextParams, ()),
    "whisper_vad_init_from_file_with_params": (c_void_p, (c_char_p, VadContextParams)),
    "whisper_vad_free": (None, (c_void_p,)),
    "whisper_vad_reset_state": (None, (c_void_p,)),
    "whisper_vad_detect_speech_no_reset": (c_bool, (c_void_p, POINTER(c_float), c_int)),
    "whisper_vad_n_probs": (c_int, (c_void_p,)),
    "whisper_vad_probs": (POINTER(c_float), (c_void_p,)),
}


_no_log = LogCallback(lambda _level, _line, _data: None)


def load() -> ctypes.CDLL:
    """Load the library, declare its functions and switch its log off.

    Raises RecognizerError when the wheel is not installed or holds another version. The structs of
    another version may have another layout.
    """
    whisper = library("libwhisper", _FUNCTIONS)
    version = whisper.whisper_version().decode()
    if version != VERSION:
        raise RecognizerError(f"whisper.cpp is {version}, Saykey needs {VERSION}; {INSTALL}")
    _check_layout(whisper.whisper_full_default_params(0))
    whisper.whisper_log_set(_no_log, None)
    return whisper


def _check_layout(defaults: FullParams) -> None:
    """Check the struct's layout by known defaults at its front, in its middle and at its end."""
    known = (
        (defaults.n_max_text_ctx, 16384), (defaults.language, b"en"),
        (defaults.logprob_thold, -1.0), (defaults.greedy_best_of, 5),
        (defaults.grammar_penalty, 100.0), (defaults.vad_params.speech_pad_ms, 30),
    )  # fmt: skip
    if any(value != default for value, default in known):
        raise RecognizerError(f"whisper.cpp {VERSION} is built in an unknown way; {INSTALL}")
