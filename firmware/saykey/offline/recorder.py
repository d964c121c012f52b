"""Records a dataset: a person reads sentences aloud, one after another."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from saykey.audio.write import write_flac
from saykey.errors import AudioError, UsageError
from saykey.flow import SAMPLE_BYTES, SAMPLE_RATE
from saykey.offline.sources import Source

QUIT, REPEAT = "q", "r"

SHORTEST_S = 0.3
"""A shorter recording holds no sentence: the key was pressed twice."""

SHOWN_BYTES = SAMPLE_RATE * SAMPLE_BYTES // 2
"""Half a second of sound, after which the level is shown again."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence to read. ``name`` is that of its files, without a suffix."""

    name: str
    text: str = field(repr=False)


class Show(Protocol):
    """Shows the person what to do and what was recorded."""

    def read_aloud(self, sentence: Sentence, number: int, count: int) -> None:
        """The person is to read this sentence, the ``number``-th of ``count``."""
        ...

    def listening(self) -> None:
        """The microphone is open."""
        ...

    def heard(self, seconds: float, pcm16: bytes) -> None:
        """So much was heard of this recording; ``pcm16`` is the last half second of it."""
        ...

    def recorded(self, seconds: float, pcm16: bytes) -> None:
        """A sentence was recorded."""
        ...

    def too_short(self) -> None:
        """Nothing was recorded, because the recording was ended at once."""
        ...


Line = Callable[[], Awaitable[str | None]]
"""Waits for the next line that the person enters. None: there will be no more."""


def sentences_of(lines: Sequence[str]) -> tuple[Sentence, ...]:
    """The sentences in a file with one on each line; # begins a comment.

    They are named by their numbers, such as "007". Raises UsageError if there is none.
    """
    texts = [text for line in lines if (text := line.strip()) and not text.startswith("#")]
    if not texts:
        raise UsageError("the file holds no sentence: write one on each line")
    return tuple(Sentence(f"{number:03}", text) for number, text in enumerate(texts, 1))


class Recorder:
    """Records sentences into a folder: NAME.flac and NAME.txt for each.

    Enter begins and ends a recording, "q" stops, "r" repeats the sentence before. A recording also
    ends with its source.
    """

    def __init__(self, folder: Path, source: Source, line: Line, show: Show) -> None:
        self._folder = folder
        self._source = source
        self._line = line
        self._show = show
        self._sound = bytearray()

    async def record(self, sentences: Sequence[Sentence]) -> int:
        """Record those that the folder lacks, in order. Returns how many were recorded.

        Raises what the source raises, AudioError if the folder cannot be written, and UsageError
        if it holds other sentences.
        """
        self._check(sentences)
        wanted = [sentence for sentence in sentences if not self._has(sentence)]
        recorded, at = 0, 0
        while at < len(wanted):
            self._show.read_aloud(wanted[at], sentences.index(wanted[at]) + 1, len(sentences))
            command = await self._line()
            if command is None or command == QUIT:
                break
            if command == REPEAT:
                at = max(0, at - 1)
                continue
            pcm16 = await self._listen()
            if _seconds(pcm16) < SHORTEST_S:
                self._show.too_short()
                continue
            recorded += not self._has(wanted[at])
            self._save(wanted[at], pcm16)
            self._show.recorded(_seconds(pcm16), pcm16)
            at += 1
        return recorded

    async def _listen(self) -> bytes:
        """The sound from now until the next line, or until the source ends."""
        await self._source.open()
        self._sound = bytearray()
        try:
            self._show.listening()
            ended = asyncio.ensure_future(self._line())
            reading = asyncio.create_task(self._read())
            try:
                await asyncio.wait({ended, reading}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                ended.cancel()
                reading.cancel()
                await asyncio.wait({ended, reading})
            if not reading.cancelled():
                reading.result()  # raises its error, if it ended by one
        finally:
            self._sound += await self._source.close()
        return bytes(self._sound)

    async def _read(self) -> None:
        shown = 0
        while pcm16 := await self._source.read():
            self._sound += pcm16
            if len(self._sound) >= shown + SHOWN_BYTES:
                shown = len(self._sound)
                self._show.heard(_seconds(self._sound), bytes(self._sound[-SHOWN_BYTES:]))

    def _check(self, sentences: Sequence[Sentence]) -> None:
        for sentence in filter(self._has, sentences):
            text = self._folder / f"{sentence.name}.txt"
            if not text.is_file() or text.read_text("utf-8").strip() != sentence.text:
                raise UsageError(f"{text} is for another sentence: name another folder")

    def _has(self, sentence: Sentence) -> bool:
        return (self._folder / f"{sentence.name}.flac").exists()

    def _save(self, sentence: Sentence, pcm16: bytes) -> None:
        """The text comes first: a recording without a text would be left out."""
        text = self._folder / f"{sentence.name}.txt"
        try:
            text.write_text(f"{sentence.text}\n", "utf-8")
        except OSError as error:
            raise AudioError(f"{text} cannot be written ({error.strerror})") from error
        write_flac(self._folder / f"{sentence.name}.flac", pcm16)


def _seconds(pcm16: bytes | bytearray) -> float:
    return len(pcm16) / SAMPLE_BYTES / SAMPLE_RATE
