"""Reads untrusted bytes from front to back."""

import struct

from saykey.errors import ModelError
from saykey.models.formats.contents import damaged


class Reader:
    """Reads the first part of a file from front to back. ``what`` names a structure in messages.

    ``size`` is the size of the whole file. ``image`` is the part of it that may hold structures.
    """

    def __init__(self, image: bytes | memoryview, size: int) -> None:
        self.image = image
        self.size = size
        self.at = 0

    @property
    def left(self) -> int:
        """Bytes of the image after the position."""
        return len(self.image) - self.at

    def skip(self, size: int, what: str) -> int:
        """Skip ``size`` bytes and return where they begin. Raises ModelError past the end."""
        begin = self.at
        if size > self.left:
            if size <= self.size - begin:
                raise ModelError(f"has {what} larger than any Whisper model's; get a Whisper model")
            raise damaged(f"ends in the middle of {what}")
        self.at = begin + size
        return begin

    def unpack(self, form: struct.Struct, what: str) -> tuple[int, ...]:
        """Read the next values of this form."""
        return form.unpack_from(self.image, self.skip(form.size, what))

    def take(self, size: int, what: str) -> bytes:
        """Read the next ``size`` bytes as a copy."""
        begin = self.skip(size, what)
        return bytes(self.image[begin : begin + size])
