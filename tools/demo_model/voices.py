"""Synthetic voices: espeak-ng and flite, called in this process through their C interfaces.

Debian and Raspberry Pi OS: ``apt-get install espeak-ng flite``. The corpus was made with
espeak-ng 1.51 and flite 2.2; other versions sound a little different.
"""

from __future__ import annotations

import ctypes
import random
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

RATE = 16_000
Sound = NDArray[np.float32]

HELD_OUT = ("m8", "f5", "Annie", "Denis", "linda", "travis", "grandma", "steph3")
"""espeak-ng variants that were never trained on."""

_NAMED = str.split(
    "adam Alex Alicia Andrea Andy antonio aunty belinda benjamin boris caleb david Diogo ed edward "
    "edward2 Gene Gene2 gustave announcer Henrique Hugo iven iven2 iven3 iven4 Jacky john Lee "
    "marcelo Marco Mario max Michael michel miguel Mike Nguyen pablo paul pedro quincy RicishayMax "
    "RicishayMax2 RicishayMax3 rob robert steph steph2 Storm Tweaky zac anika AnxiousAndy f2 f3 f4 "
    "grandpa klatt klatt2 klatt3 klatt4 klatt5 klatt6 m2 m3 m4 m5 m6 m7 norbert sandro shelby "
    "victor f1 m1"
)
_PLAIN = [name for name in _NAMED if name[0] in "mf" and name[1:].isdigit()]
TRAINED = (*_NAMED, *_PLAIN * 10)
"""Variants in the shares they were trained with: the plain ones are what people hear by default."""

ACCENTS = (
    *["en-us"] * 9,
    *["en"] * 5,
    *["en-gb-x-rp"] * 2,
    *("en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029", "en-us-nyc"),
)
FLITE_SHARE = 0.14
_FLITE = ("kal16", "slt", "rms", "awb", "kal16", "slt")
_FLITE_PITCH = {"kal16": (80.0, 155.0)}


@dataclass(frozen=True)
class Voice:
    """How a sentence is spoken.

    espeak-ng: ``rate`` in words a minute, ``pitch`` and ``pitch_range`` 0 to 99, ``gap`` between
    words in 10 ms. flite: ``stretch`` of durations, mean pitch ``hertz`` (0: the voice's own).
    """

    engine: str
    name: str
    rate: int = 175
    pitch: int = 50
    pitch_range: int = 50
    gap: int = 0
    stretch: float = 1.0
    hertz: float = 0.0


def draw_voice(rnd: random.Random, *, held_out: bool) -> Voice:
    """A voice at random: one of HELD_OUT, or one that was trained on."""
    if rnd.random() < (0.0 if held_out else FLITE_SHARE):
        name = rnd.choice(_FLITE)
        stretch = rnd.uniform(0.75, 1.15)
        hertz = rnd.uniform(*_FLITE_PITCH[name]) if name in _FLITE_PITCH else 0.0
        return Voice("flite", name, stretch=stretch, hertz=hertz)
    variant = rnd.choice(HELD_OUT if held_out else TRAINED)
    name = f"{rnd.choice(ACCENTS)}+{variant}"
    rate = int(rnd.uniform(130, 230))
    pitch = int(min(99, max(0, rnd.gauss(50, 18))))
    pitch_range = int(rnd.uniform(30, 70))
    gap = rnd.choice([0, 0, 0, 1, 2, 4])
    return Voice("espeak", name, rate, pitch, pitch_range, gap)


def speak(text: str, voice: Voice) -> Sound:
    """The sound of a text at 16 kHz, full scale 1.0, trimmed to 50 ms before and 100 ms after."""
    return _trim((_flite if voice.engine == "flite" else _espeak)(text, voice))


def _trim(sound: Sound) -> Sound:
    loud = np.flatnonzero(np.abs(sound) > 0.01 * np.abs(sound).max(initial=1e-2))
    if not len(loud):
        return sound[:0]
    return sound[max(0, loud[0] - RATE // 20) : loud[-1] + RATE // 10]


def _at_16khz(pcm: NDArray[np.int16], rate: int) -> Sound:
    sound = pcm.astype(np.float32) / 32768
    return sound if rate == RATE else soxr.resample(sound, rate, RATE)


# espeak-ng: speak_lib.h of version 1.51
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_RATE, _VOLUME, _PITCH, _RANGE, _WORDGAP = 1, 2, 3, 4, 7
_CHARS_UTF8 = 1
_PHONEMES_IPA = 0x02
_SYNTH_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
_STRESS_AND_LENGTH = "ˈˌː _-ʲ̩."


class _Espeak:
    """The library, which knows one voice and one callback at a time."""

    def __init__(self) -> None:
        self.library = ctypes.CDLL("libespeak-ng.so.1")
        self.rate: int = self.library.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, 500, None, 0)
        self.library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self.pieces: list[NDArray[np.int16]] = []
        self.callback = _SYNTH_CALLBACK(self._collect)  # C keeps the address only
        self.library.espeak_SetSynthCallback(self.callback)

    def _collect(self, samples: Any, count: int, _events: int | None) -> int:
        if samples and count > 0:
            self.pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def use(self, name: str) -> None:
        if self.library.espeak_SetVoiceByName(name.encode()):
            raise LookupError(f"espeak-ng has no voice {name}: install espeak-ng-data")


_espeak_ng = cache(_Espeak)


def _espeak(text: str, voice: Voice) -> Sound:
    espeak = _espeak_ng()
    espeak.use(voice.name)
    for parameter, value in (
        (_RATE, voice.rate),
        (_VOLUME, 100),
        (_PITCH, voice.pitch),
        (_RANGE, voice.pitch_range),
        (_WORDGAP, voice.gap),
    ):
        espeak.library.espeak_SetParameter(parameter, value, 0)
    espeak.pieces.clear()
    data = text.encode()
    espeak.library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _CHARS_UTF8, None, None)
    espeak.library.espeak_Synchronize()
    return _at_16khz(np.concatenate(espeak.pieces), espeak.rate)


@cache
def phonemes(word: str) -> str:
    """The IPA symbols of a word in American English, without stress and length."""
    espeak = _espeak_ng()
    espeak.use("en-us")
    text = ctypes.pointer(ctypes.c_char_p(word.encode()))
    ipa: bytes = espeak.library.espeak_TextToPhonemes(text, _CHARS_UTF8, _PHONEMES_IPA)
    return "".join(symbol for symbol in ipa.decode() if symbol not in _STRESS_AND_LENGTH)


class _Wave(ctypes.Structure):
    """cst_wave of flite's cst_wave.h."""

    _fields_ = (
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


@cache
def _flite_library() -> ctypes.CDLL:
    library = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
    for part in ("cmulex", "usenglish"):
        ctypes.CDLL(f"libflite_{part}.so.1", mode=ctypes.RTLD_GLOBAL)
    library.flite_init()
    library.flite_text_to_wave.restype = ctypes.POINTER(_Wave)
    library.flite_text_to_wave.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    library.flite_feat_set_float.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float]
    library.delete_wave.argtypes = [ctypes.POINTER(_Wave)]
    return library


@cache
def _flite_voice(name: str) -> int:
    _flite_library()
    library = ctypes.CDLL(f"libflite_cmu_us_{name}.so.1", mode=ctypes.RTLD_GLOBAL)
    register = getattr(library, f"register_cmu_us_{name}")
    register.restype = ctypes.c_void_p
    register.argtypes = [ctypes.c_char_p]
    return int(register(None))


def _flite(text: str, voice: Voice) -> Sound:
    library, address = _flite_library(), _flite_voice(voice.name)
    # struct cst_voice of cst_voice.h begins {const char *name; cst_features *features; ...}
    features = ctypes.cast(address, ctypes.POINTER(ctypes.c_void_p))[1]
    library.flite_feat_set_float(features, b"duration_stretch", voice.stretch)
    if voice.hertz:
        library.flite_feat_set_float(features, b"int_f0_target_mean", voice.hertz)
    wave = library.flite_text_to_wave(text.encode(), address)
    pcm = np.ctypeslib.as_array(wave.contents.samples, (wave.contents.num_samples,)).copy()
    rate = int(wave.contents.sample_rate)
    library.delete_wave(wave)
    return _at_16khz(pcm, rate)
