"""The recordings: human voices, music, and other sounds, all from Debian's packages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from zlib import crc32

from saykey.audio.files import read_pcm16
from saykey.errors import UsageError
from saykey.measure.datasets import asterisk
from short_windows.recordings import held_out_names, is_among

SHARE = Path("/usr/share")
KEPT = Path(__file__).parents[2] / "build/voices"
"""For results that several parts need."""

PROMPTS = SHARE / "asterisk/sounds/en_US_f_Allison"
TEXTS = SHARE / "doc/asterisk-core-sounds-en/core-sounds-en.txt.gz"
MUSIC = SHARE / "asterisk/moh"
LETTERS = SHARE / "klettres"
GAMES = SHARE / "ktuberling/sounds"
STAMPS = SHARE / "tuxpaint/stamps"
READERS = SHARE / "pocketsphinx/test/data"
BATTLES = SHARE / "games/wesnoth/1.16/data/core/sounds"
INSTRUMENTS = SHARE / "lmms/samples"

PACKAGES = {
    "asterisk-core-sounds-en": TEXTS,
    "asterisk-core-sounds-en-g722": PROMPTS,
    "asterisk-moh-opsound-g722": MUSIC,
    "klettres-data": LETTERS,
    "ktuberling-data": GAMES,
    "lmms-common": INSTRUMENTS,
    "pocketsphinx-testdata": READERS,
    "tuxpaint-stamps-default": STAMPS / "animals",
    "wesnoth-1.16-data": BATTLES,
}
"""Debian's packages, and a path that each of them brings."""

PROMPT, WORD, STAMP, READER = "prompts", "klettres, ktuberling", "tuxpaint", "pocketsphinx"
SPEECH = (PROMPT, WORD, STAMP, READER)
HELD_MUSIC, MADE, EFFECT, CRY = "music on hold", "made noise", "effects, animals", "voiced cries"
NOISE = (HELD_MUSIC, MADE, EFFECT)

_SUFFIXES = {".ogg", ".opus", ".wav", ".g722", ".raw"}

_ALL_WORDS = 10
"""One of so many recordings of klettres and ktuberling is used; there are 3,700."""

_VOICED = (
    *("human", "ogre", "orc", "dwarf", "goblin", "mermaid", "merman", "elf", "troll", "giant"),
    *("saurian", "lich", "skeleton", "zombie", "mummy", "ghost"),
)
"""Beings of the game whose cries are human voices, and neither speech nor noise."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording. ``said`` is its English transcript, "" if there is none or nothing is said."""

    kind: str
    name: str
    path: Path
    said: str = field(default="", repr=False)

    @property
    def held_out(self) -> bool:
        """Whether it is one of the 60 prompts that the model never heard in training."""
        return self.kind == PROMPT and is_among(Path(self.name), held_out_names())


def check() -> None:
    """Raises UsageError, naming the packages that are not installed."""
    missing = [package for package, path in PACKAGES.items() if not path.exists()]
    if missing:
        raise UsageError(f"please run: sudo apt-get install {' '.join(missing)}")


def looked_at(name: str) -> bool:
    """Whether a recording of this name is in the half on which limits are set."""
    return crc32(name.encode()) % 2 == 0


def pcm16(sound: Sound) -> bytes:
    """The recording as 16 kHz mono. Raises AudioError."""
    if sound.path.suffix == ".raw":
        return sound.path.read_bytes()
    if sound.path.suffix != ".g722":
        return read_pcm16(sound.path)
    kept = KEPT / str(sound.path.relative_to(SHARE)).replace("/", "_")
    if not kept.is_file():  # ffmpeg starts anew for each of them, and each part needs all prompts
        found = read_pcm16(sound.path)
        KEPT.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(found)
    return kept.read_bytes()


@cache
def prompts() -> tuple[Sound, ...]:
    """The prompts of one speaker, without those whose transcript describes what is not said."""
    items = asterisk.read(TEXTS, PROMPTS).items
    speakable = (item for item in items if item.text and not set("[(*#<") & set(item.text))
    return tuple(
        Sound(PROMPT, item.name, item.audio, item.text)
        for item in speakable
        if "beep" not in item.text
    )


def held_out() -> tuple[Sound, ...]:
    """The 60 prompts that the model never heard in training, whatever their transcripts hold."""
    items = asterisk.read(TEXTS, PROMPTS).items
    found = (Sound(PROMPT, item.name, item.audio, item.text) for item in items)
    return tuple(sound for sound in found if sound.held_out)


def short() -> tuple[Sound, ...]:
    """The prompts of one or two words."""
    return tuple(sound for sound in prompts() if len(sound.said.split()) <= 2)


def speech() -> Iterator[Sound]:
    """Short recordings by many people: words, letters and sentences."""
    yield from prompts()
    for folder in (LETTERS, GAMES):
        for path in _files(folder):
            name = _name(path)
            if crc32(name[::-1].encode()) % _ALL_WORDS == 0:
                yield Sound(WORD, name, path)
    for path in _files(STAMPS):
        if path.stem.endswith("_desc"):
            text = path.with_name(path.name.replace("_desc.ogg", ".txt"))
            lines = text.read_text("utf-8").splitlines() if text.is_file() else []
            yield Sound(STAMP, _name(path), path, lines[0].strip() if lines else "")
        elif _is_spoken(path):
            yield Sound(STAMP, _name(path), path)
    for path in _files(READERS):
        if path.stem not in {"something", "goforward"} or path.suffix == ".raw":
            yield Sound(READER, _name(path), path)


def noise() -> Iterator[Sound]:
    """Music on hold, effects of a game, instruments, animals and things; and voiced cries."""
    for path in _files(MUSIC):
        yield Sound(HELD_MUSIC, _name(path), path)
    for path in (*_files(BATTLES), *_files(INSTRUMENTS)):
        voiced = path.is_relative_to(BATTLES) and any(being in path.name for being in _VOICED)
        yield Sound(CRY if voiced else EFFECT, _name(path), path)
    for path in _files(STAMPS):
        if not ("_desc" in path.stem or _is_spoken(path)):
            yield Sound(EFFECT, _name(path), path)


def _is_spoken(path: Path) -> bool:
    """Whether a sound of a stamp is a spoken letter, number or word."""
    return "_desc" not in path.stem and ("symbols" in path.parts or "hanukkah" in str(path))


def _files(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in _SUFFIXES)


def _name(path: Path) -> str:
    return str(path.relative_to(SHARE))
