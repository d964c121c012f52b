"""The one rule for what is done with the text of a phrase: type, hold, or drop it.

The closing mark of a text that is typed waits in the dictation until the next text decides about
it, or until the dictation is over. At a shutdown or crash, text may still wait in the queue behind
another phrase. The same rules decide whether and how it is kept.
"""

from dataclasses import replace
from enum import Enum
from typing import Literal, assert_never

from saykey.flow import Loudness, Phrase, Transcript
from saykey.state import delivery
from saykey.state.device import Device
from saykey.state.hearing import (
    CaptureState,
    Dictation,
    Hearing,
    Said,
    Spoken,
    Stage,
    find,
    put_dictation,
)
from saykey.state.hosts import After
from saykey.state.phrases import Outcome, Over
from saykey.text.marks import parted

Doubtful = Literal["type", "hold", "drop"]


class Way(Enum):
    """What is done with the text of a phrase."""

    TYPE = "type"
    HOLD = "hold"
    DROP = "drop"
    NO_TEXT = "no text"


def text_of(spoken: Spoken) -> str:
    """The text of a complete phrase; "" if it has none (yet)."""
    return spoken.transcript.text if spoken.transcript is not None else ""


def way_of(spoken: Spoken, doubtful: Doubtful) -> Way:
    """What is done with the text of a phrase. ``doubtful`` is the setting for doubtful texts."""
    if not text_of(spoken) or spoken.stage not in {Stage.READY, Stage.DOUBTFUL}:
        return Way.NO_TEXT
    return Way.TYPE if spoken.stage is Stage.READY else Way(doubtful)


def deliver(device: Device, left: Outcome | Over) -> Device:
    """Type, hold or drop the text of a phrase that left the queue.

    After the last phrase of a dictation, type the closing mark that still waits.
    """
    match left:
        case Outcome(spoken):
            return _deliver(_note_loudness(device, spoken), spoken)
        case Over(dictation):
            return _close(_note_wordless(device, dictation), dictation)
        case _:
            assert_never(left)


def _note_loudness(device: Device, spoken: Spoken) -> Device:
    """Count a phrase of the last dictation that is too quiet or clipped.

    A phrase without words does not count: it is most likely noise, which may have any level.
    """
    way = way_of(spoken, device.rules.doubtful)
    if way is Way.NO_TEXT or spoken.phrase.id.dictation != device.hearing.started:
        return device
    counters, loudness = device.counters, spoken.phrase.loudness
    counters = replace(
        counters,
        too_quiet=counters.too_quiet + (loudness is Loudness.TOO_QUIET),
        clipped=counters.clipped + (loudness is Loudness.CLIPPED),
        loudness=loudness,
    )
    return replace(device, counters=counters)


def _note_wordless(device: Device, over: Dictation) -> Device:
    """Note that the last dictation is over and has no words: not even in a phrase that failed."""
    failed = any(unheard.phrase.id.dictation == over.id for unheard in device.hearing.unheard)
    if over.id != device.hearing.started or device.heard or failed:
        return device
    return replace(device, counters=replace(device.counters, wordless=True))


def _deliver(device: Device, spoken: Spoken) -> Device:
    dictation = find(device.hearing, spoken.phrase.id.dictation)
    way, transcript = way_of(spoken, device.rules.doubtful), spoken.transcript
    if way is Way.NO_TEXT or transcript is None or dictation is None:
        return device
    device = replace(device, heard=transcript.text)
    match way:
        case Way.TYPE:
            return _type(device, dictation, spoken.phrase, transcript)
        case Way.HOLD:
            held = delivery.hold(device.delivery, dictation.host, transcript.text)
            return replace(device, delivery=held)
        case Way.DROP:
            dropped = device.counters.doubtful_dropped + 1
            return replace(device, counters=replace(device.counters, doubtful_dropped=dropped))
        case _:
            assert_never(way)


def _type(device: Device, dictation: Dictation, phrase: Phrase, transcript: Transcript) -> Device:
    """Queue the words of a text behind the mark before them. The text's own mark waits."""
    said, seam = dictation.said, transcript.seam
    words, closing = parted(transcript.text)
    after = None
    if said is not None:
        mark = said.mark if seam is None else seam.mark
        after = After(said.piece, mark, cased=seam is not None)
    sent = delivery.offer(device.delivery, dictation, words, after)
    # at the length limit the sentence continues: the mark is of the engine's making
    said = Said(phrase, transcript.text, "" if phrase.cut else closing, sent.pieces)
    hearing = put_dictation(device.hearing, replace(dictation, said=said))
    return replace(device, hearing=hearing, delivery=sent)


def _close(device: Device, dictation: Dictation) -> Device:
    said = dictation.said
    if said is None or not said.mark:
        return device
    sent = delivery.offer(device.delivery, dictation, "", After(said.piece, said.mark))
    return replace(device, delivery=sent)


def put_in_queue(device: Device) -> Device:
    """Deliver all recognised text, also behind phrases without text, and all waiting marks.

    This is how text is rescued at a shutdown or crash.
    """
    for dictation in device.hearing.dictations:
        for spoken in device.hearing.row:
            if spoken.phrase.id.dictation == dictation.id:
                device = _deliver(device, spoken)
        device = _close(device, find(device.hearing, dictation.id) or dictation)
    return device


def without_text(hearing: Hearing) -> int:
    """How many phrases have no text yet. A dictation that is listening counts as one.

    A dictation that is lent does not count: its sound is not recognised.
    """
    waiting = [s for s in hearing.row if s.stage in {Stage.WAITING, Stage.TENTATIVE}]
    speaking = [
        d for d in hearing.dictations if d.capture is CaptureState.OPEN and d.borrower is None
    ]
    return len(waiting) + len(hearing.unheard) + len(speaking)
