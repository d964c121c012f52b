"""The bitmap fonts of the display, and the characters that they contain.

The font is Terminus, which is made for small screens, in X11's PCF format. Pillow reads it with
FreeType. Pillow draws a question mark for a missing character, so this module also reads the
encodings.
"""

from __future__ import annotations

import gzip
import io
import struct
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from saykey.panel import fit

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

BOX = "\0"
"""Terminus draws this character as a dotted box."""

_BDF_ENCODINGS = 1 << 5
_BIG_ENDIAN = 1 << 2
_NO_GLYPH = 0xFFFF


@dataclass(frozen=True, slots=True)
class Font:
    """A monospaced bitmap font: each character advances by ``width`` pixels."""

    face: FreeTypeFont
    width: int
    covered: frozenset[int]

    def drawable(self, text: str) -> str:
        """One character per grapheme, composed if possible; a box if the font lacks it.

        A combining mark that cannot be composed with its letter is left out. Right-to-left text
        keeps its logical order.
        """
        composed = unicodedata.normalize("NFC", text)
        return "".join(self._cell(each[0]) for each in fit.graphemes(composed))

    def _cell(self, character: str) -> str:
        shown = ord(character) in self.covered and character.isprintable()
        return character if shown else BOX


@cache
def small() -> Font:
    """6 x 12 pixels, for words."""
    return _load("ter-u12n_unicode.pcf.gz", 12, 6)


@cache
def large() -> Font:
    """8 x 16 pixels, bold, for the headline."""
    return _load("ter-u16b_unicode.pcf.gz", 16, 8)


def _load(name: str, height: int, width: int) -> Font:
    from PIL import ImageFont

    # Decompressed in memory: FreeType would decompress again for each glyph, which took 9 ms for
    # a screen of text instead of 0.1 ms.
    packed = (resources.files("saykey") / "data" / "fonts" / name).read_bytes()
    pcf = gzip.decompress(packed)
    # The basic layout gives the same result on every machine. Raqm is not installed everywhere.
    face = ImageFont.truetype(io.BytesIO(pcf), height, layout_engine=ImageFont.Layout.BASIC)
    return Font(face, width, _encodings(pcf))


def _encodings(pcf: bytes) -> frozenset[int]:
    """The code points that have a glyph, from the table PCF_BDF_ENCODINGS.

    Format: https://fontforge.org/docs/techref/pcf-format.html
    """
    (tables,) = struct.unpack_from("<I", pcf, 4)
    entries = (struct.unpack_from("<4I", pcf, 8 + 16 * each) for each in range(tables))
    at = next(offset for kind, _, _, offset in entries if kind == _BDF_ENCODINGS)
    (layout,) = struct.unpack_from("<I", pcf, at)
    order = ">" if layout & _BIG_ENDIAN else "<"
    low, high, first, last, _ = struct.unpack_from(f"{order}5h", pcf, at + 4)
    columns = high - low + 1
    glyphs = struct.unpack_from(f"{order}{columns * (last - first + 1)}H", pcf, at + 14)
    return frozenset(
        (first + number // columns) << 8 | low + number % columns
        for number, glyph in enumerate(glyphs)
        if glyph != _NO_GLYPH
    )
