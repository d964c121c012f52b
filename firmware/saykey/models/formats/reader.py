"""A position in bytes that are not trusted."""

import struct

from saykey.errors import ModelError
from saykey.models.formats.contents import damaged


class Reader:
    """Reads the front of a file forwards. Each read names its structure for the message.

    ``size`` is that of the whole file, ``image`` as much of it as may hold structures.
    """

    def __init__(self, image: bytes | memoryview, size: int) -> None:
        self.image = image
        self.size = size
        self.at = 0

    @property
    def left(self) -> int:
        """Bytes of the image behind the position."""
        return len(self.image) - self.at

    def skip(self, size: int, what: str) -> int:
        """Step over ``size`` bytes and return where they begin. Raises ModelError at the end."""
        begin = self.at
        if size > self.left:
            if size <= self.size - begin:
                raise ModelError(f"has {what} larger than any Whisper model's; it is none")
            raise damaged(f"ends in the middle of {what}")
        self.at = begin + size
        return begin

    def unpack(self, form: struct.Struct, what: str) -> tuple[int, ...]:
        """The next values of this form."""
        return form.unpack_from(self.image, self.skip(form.size, what))

    def take(self, size: int, what: str) -> bytes:
        """The next bytes, copied."""
        begin = self.skip(size, what)
        return bytes(self.image[begin : begin + size])
