"""The one rule for what is done with the text of a phrase: type, hold, or drop it.

At a shutdown or crash, text may still wait in the queue behind another phrase. The same rule
decides whether it is kept.
"""

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from typing import Literal, assert_never

from saykey.state import delivery
from saykey.state.device import Device
from saykey.state.hearing import CaptureState, Dictation, Hearing, Stage, find
from saykey.state.phrases import Outcome

Doubtful = Literal["type", "hold", "drop"]


class Way(Enum):
    """What is done with the text of a phrase."""

    TYPE = "type"
    HOLD = "hold"
    DROP = "drop"
    NO_TEXT = "no text"


def way_of(stage: Stage, text: str, doubtful: Doubtful) -> Way:
    """What is done with this text of a phrase. ``doubtful`` is the setting for doubtful texts."""
    if not text or stage not in {Stage.READY, Stage.DOUBTFUL}:
        return Way.NO_TEXT
    return Way.TYPE if stage is Stage.READY else Way(doubtful)


def deliver(device: Device, outcome: Outcome) -> Device:
    """Type, hold or drop the text of a phrase that left the queue."""
    text = outcome.transcript.text if outcome.transcript is not None else ""
    way = way_of(outcome.stage, text, device.rules.doubtful)
    if way is Way.NO_TEXT:
        return device
    device, sent = replace(device, heard=text), device.delivery
    match way:
        case Way.TYPE:
            return replace(device, delivery=delivery.offer(sent, outcome.dictation, text))
        case Way.HOLD:
            return replace(device, delivery=delivery.hold(sent, outcome.dictation.host, text))
        case Way.DROP:
            dropped = device.counters.doubtful_dropped + 1
            return replace(device, counters=replace(device.counters, doubtful_dropped=dropped))
        case _:
            assert_never(way)


def recognised(hearing: Hearing, doubtful: Doubtful) -> Iterator[tuple[Dictation, str]]:
    """The texts in the queue that must not be lost, in the order of speech."""
    for spoken in hearing.row:
        origin = find(hearing, spoken.phrase.id.dictation)
        text = spoken.transcript.text if spoken.transcript is not None else ""
        if origin is not None and way_of(spoken.stage, text, doubtful) in {Way.TYPE, Way.HOLD}:
            yield origin, text


def without_text(hearing: Hearing) -> int:
    """How many phrases have no text yet. A dictation that is listening counts as one."""
    waiting = [s for s in hearing.row if s.stage in {Stage.WAITING, Stage.TENTATIVE}]
    listening = [d for d in hearing.dictations if d.capture is CaptureState.OPEN]
    return len(waiting) + len(hearing.unheard) + len(listening)
