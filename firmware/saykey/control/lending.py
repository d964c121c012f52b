"""Lends the microphone to clients: hands the sound of their dictations over to their connections.

A client may ask for the microphone, be slow, or disconnect at any time. Whatever it does, it costs
at most WRITE_BUFFER bytes of sound, and its dictation ends with its connection.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from saykey.control.connection import WRITE_BUFFER, Connection
from saykey.control.protocol import encode, sound
from saykey.events import Event
from saykey.flow import LentSound
from saykey.requests import Cancelled

SLOW = f"the sound was not read in time: more than {WRITE_BUFFER // 1024} KiB waited"


@dataclass(slots=True)
class _Loan:
    """``early`` is sound from before the answer to the request; None once that is sent."""

    client: Connection
    early: bytearray | None = field(default_factory=bytearray, repr=False)
    over: bool = False


class Lender:
    """The loans, by the number of the borrower. ``post`` passes an event to the device."""

    def __init__(self, post: Callable[[Event], None]) -> None:
        self._post = post
        self._loans: dict[int, _Loan] = {}
        self._last = 0

    def begin(self, client: Connection) -> int:
        """The number of a new borrower, for a request that the device has not carried out yet."""
        self._last += 1
        self._loans[self._last] = _Loan(client)
        return self._last

    def answered(self, borrower: int) -> None:
        """Send the sound so far: the client has been told that it gets the microphone."""
        loan = self._loans[borrower]
        early, loan.early = loan.early or bytearray(), None
        if early:
            loan.client.send(bytes(early))
        if loan.over:
            del self._loans[borrower]
        else:
            loan.client.listening = True

    def drop(self, borrower: int) -> None:
        """Forget a loan that the device refused."""
        self._loans.pop(borrower, None)

    def left(self, client: Connection) -> None:
        """End the loans of a client that disconnected."""
        for borrower in [each for each, loan in self._loans.items() if loan.client is client]:
            self._end(borrower)

    def hand_over(self, heard: LentSound) -> None:
        """Send a piece of sound to its borrower. Sound for a client that has left is dropped."""
        loan = self._loans.get(heard.borrower)
        if loan is None or loan.over:
            return
        waiting = loan.client.waiting if loan.early is None else len(loan.early)
        if waiting > WRITE_BUFFER:
            self._put(heard.borrower, loan, sound(None, SLOW), over=True)
            self._post(Cancelled(heard.borrower))
            return
        if heard.pcm16:
            self._put(heard.borrower, loan, sound(heard.pcm16))
        if heard.over:
            self._put(heard.borrower, loan, sound(None, heard.why), over=True)

    def _put(
        self, borrower: int, loan: _Loan, message: dict[str, object], *, over: bool = False
    ) -> None:
        loan.over = over
        if loan.early is not None:
            loan.early += encode(message)
            return
        loan.client.send(encode(message))
        if over:
            loan.client.listening = False
            del self._loans[borrower]

    def _end(self, borrower: int) -> None:
        del self._loans[borrower]
        self._post(Cancelled(borrower))
