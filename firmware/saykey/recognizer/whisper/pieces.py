"""Gives the engine the samples that a way to recognise a phrase asks for."""

from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace

from saykey.recognizer import protocol
from saykey.recognizer.seams import space_between
from saykey.recognizer.whisper.decoding import Decoding, Heard, Token
from saykey.recognizer.whisper.engine import Whisper
from saykey.recognizer.whisper.joint import quiet_place, together
from saykey.recognizer.whisper.passes import Hear
from saykey.recognizer.whisper.retries import Lengths
from saykey.recognizer.whisper.tries import Way
from saykey.recognizer.whisper.window import most_tokens, window_rows


@dataclass(frozen=True, slots=True)
class Sound:
    """The samples of a phrase, and of the phrase before and this one together, if there is one."""

    alone: "array[float]"
    joint: "array[float] | None"

    @classmethod
    def of(cls, before: "array[float]", phrase: "array[float]", gap: int) -> "Sound":
        """The sound of a phrase; see joint.together."""
        return cls(phrase, together(before, phrase, gap) if before else None)

    @property
    def lengths(self) -> Lengths:
        """How many samples there are."""
        return Lengths(len(self.alone), None if self.joint is None else len(self.joint))


def hearing(whisper: Whisper, sound: Sound, begin: protocol.Begin, padding: int | None) -> Hear:
    """A function that recognises the sound in a given way."""

    def once(samples: "array[float]", way: Way, given_up: Callable[[], bool]) -> Heard:
        decoding = Decoding(
            language=begin.language,
            prompt=begin.prompt if way.prompted else "",
            window=way.rows,
            most_tokens=most_tokens(len(samples)),
            temperature=way.temperature,
        )
        return whisper.transcribe(samples, decoding, given_up)

    def hear(way: Way, given_up: Callable[[], bool]) -> Heard:
        if way.joint:
            return once(sound.joint or sound.alone, way, given_up)
        if way.parts == 1:
            return once(sound.alone, way, given_up)
        place = quiet_place(sound.alone)
        halves = (sound.alone[:place], sound.alone[place:])
        rows = [window_rows(len(half), padding if begin.attempt == 1 else None) for half in halves]
        first, second = (
            once(half, replace(way, rows=row), given_up)
            for half, row in zip(halves, rows, strict=True)
        )
        return in_a_row(first, second)

    return hear


def in_a_row(first: Heard, second: Heard) -> Heard:
    """The results for both halves of a phrase as one."""
    added = space_between(first.text, second.text) + second.text
    shift = len(first.text) + len(added) - len(second.text)
    moved = tuple(Token(token.end + shift, token.probability) for token in second.tokens)
    return Heard(
        text=first.text + added,
        tokens=first.tokens + moved,
        no_speech=min(first.no_speech, second.no_speech),
        capped=first.capped or second.capped,
        encode_ms=first.encode_ms + second.encode_ms,
        total_ms=first.total_ms + second.total_ms,
        language=first.language or second.language,
    )
