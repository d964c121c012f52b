"""The capture and the hosts of the offline device: a recording, and a text that grows."""

from collections.abc import Callable
from typing import assert_never

from saykey import effects as fx
from saykey.events import Event, LinkChanged, TypingBegan, TypingFinished
from saykey.flow import Edits, Erase, Insert, Press
from saykey.ports import Link
from saykey.settings.schema import Settings
from saykey.speech.cutter import Cutter
from saykey.speech.detector import WebRtcDetector


class OfflineCapture:
    """Performs the capture effects. ``cutter`` is that of the last dictation, None before it.

    There is no pre-roll: the button is pressed before the first sample of the recording.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.cutter: Cutter | None = None

    def open(self, dictation: int, _at: int, _borrower: int | None = None) -> None:
        """Listen for a dictation, whose sample 0 is the first one of the recording."""
        speech = self._settings.speech
        self.cutter = Cutter(dictation, speech, WebRtcDetector(speech.aggressiveness))

    def close(self, _dictation: int, _at: int) -> None:
        """Do nothing: the offline device releases the button itself, at a known sample."""

    def abort(self, _dictation: int) -> None:
        """Stop listening."""
        self.cutter = None


class OfflineHosts:
    """Performs the effects on hosts. All hosts are up, and typing takes no time.

    ``text`` is what was typed since the start, on whichever host.
    """

    def __init__(self, post: Callable[[Event], None]) -> None:
        self._post = post
        self.text = ""

    def perform(self, effect: fx.HostEffect) -> None:
        """Carry out the effect, and post its results."""
        match effect:
            case fx.OpenLink(host):
                self._post(LinkChanged(host.name, Link.UP))
            case fx.TypeEdits(piece, edits=edits):
                self._post(TypingBegan(piece))
                self.text = carried_out(self.text, edits)
                self._post(TypingFinished(piece))
            case fx.StopTyping() | fx.ReleaseKeys() | fx.WakeHost() | fx.CloseLink():
                pass  # no piece is in progress, and no key is down
            case _:
                assert_never(effect)


def carried_out(text: str, edits: Edits) -> str:
    """The text before the cursor after these edits. A chord changes no text.

    Raises ValueError for an Erase of text that is not there.
    """
    for edit in edits:
        match edit:
            case Insert(more):
                text += more
            case Erase(last):
                if not text.endswith(last):
                    raise ValueError("the text to erase is not before the cursor")
                text = text.removesuffix(last)
            case Press():
                pass
            case _:
                assert_never(edit)
    return text
