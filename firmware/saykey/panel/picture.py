"""Draws a screen as a 128 x 64 picture, and converts pictures for the documentation and terminals.

Many small displays are yellow in the top 16 rows and blue below. The top bar stays in these rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from saykey.panel import fonts, icons
from saykey.panel.screen import BAR_STEPS, BarKind, Screen
from saykey.panel.view import ModelState

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

WIDTH = 128
HEIGHT = 64

LEFT = 1
HOST_X = 12
MODEL_X = WIDTH - 8
RULE_Y = 12
HEADLINE_X = 16
HEADLINE_Y = 14
WORDS_Y = 28
LINE_HEIGHT = 12
NOTE_Y = 52

ICON_TOP = 2
"""Empty rows above a font's capitals. Icons start below them, at the height of the capitals."""


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of a bar: columns of ``width`` every ``step`` from ``x`` on, up to ``height``.

    All lengths are in pixels. ``base`` is the row below the bar.
    """

    x: int
    base: int
    step: int
    width: int
    height: int


BESIDE_HEADLINE = _Place(x=92, base=HEADLINE_Y + 12, step=3, width=2, height=10)
ACROSS = _Place(x=5, base=WORDS_Y + 20, step=10, width=8, height=17)
"""In place of the words: the level before the first words, when it matters most."""


def draw(screen: Screen) -> Image:
    """The picture of a screen: 128 x 64 pixels of mode "1", where 1 is lit."""
    from PIL import ImageDraw

    picture = _without_bar(replace(screen, bar=None)).copy()
    if screen.bar is not None:
        pen = ImageDraw.Draw(picture)
        if screen.bar.kind is BarKind.PROGRESS:
            _progress(pen, screen.bar.filled, BESIDE_HEADLINE)
        else:
            _level(pen, screen.bar.filled, BESIDE_HEADLINE if screen.words else ACROSS)
    return picture


@lru_cache(maxsize=1)  # during speech, mostly only the level changes
def _without_bar(screen: Screen) -> Image:
    from PIL import Image, ImageDraw

    picture = Image.new("1", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(picture)
    pen.fontmode = "1"
    _top_bar(pen, screen)
    _headline(pen, screen)
    for number, line in enumerate(screen.words):
        _text(pen, fonts.small(), (LEFT, WORDS_Y + LINE_HEIGHT * number), line)
    _note(pen, screen)
    return picture


def _top_bar(pen: ImageDraw, screen: Screen) -> None:
    pen.bitmap((LEFT, ICON_TOP), _icon(icons.LINKS[screen.link]), fill=1)
    _text(pen, fonts.small(), (HOST_X, 0), screen.host)
    if screen.model is not ModelState.READY:
        pen.bitmap((MODEL_X, ICON_TOP), _icon(icons.MODELS[screen.model]), fill=1)
    pen.line((0, RULE_Y, WIDTH - 1, RULE_Y), fill=1)


def _headline(pen: ImageDraw, screen: Screen) -> None:
    pen.bitmap((LEFT, HEADLINE_Y + ICON_TOP), _icon(icons.MARKS[screen.mark]), fill=1)
    _text(pen, fonts.large(), (HEADLINE_X, HEADLINE_Y), screen.headline)


def _note(pen: ImageDraw, screen: Screen) -> None:
    if screen.loud:
        pen.rectangle((0, NOTE_Y, WIDTH - 1, HEIGHT - 1), fill=1)
    _text(pen, fonts.small(), (LEFT, NOTE_Y), screen.note, fill=0 if screen.loud else 1)


def _level(pen: ImageDraw, filled: int, place: _Place) -> None:
    """Draw columns that grow to the right. Columns above the level are drawn as dots."""
    for step in range(BAR_STEPS):
        rise = (place.height - 2) * step // (BAR_STEPS - 1)
        top = place.base - (2 + rise if step < filled else 1)
        x = place.x + place.step * step
        pen.rectangle((x, top, x + place.width - 1, place.base - 1), fill=1)


def _progress(pen: ImageDraw, filled: int, place: _Place) -> None:
    """Draw a frame that fills from the left."""
    top, bottom = place.base - 8, place.base - 1
    pen.rectangle((place.x, top, place.x + place.step * BAR_STEPS - 1, bottom), outline=1)
    if filled:
        pen.rectangle((place.x, top, place.x + place.step * filled - 1, bottom), fill=1)


def _text(pen: ImageDraw, font: fonts.Font, at: tuple[int, int], text: str, fill: int = 1) -> None:
    pen.text(at, font.drawable(text), font=font.face, fill=fill)


@cache
def _icon(icon: str) -> Image:
    from PIL import Image

    rows = icons.rows(icon)
    picture = Image.new("1", (len(rows[0]), len(rows)))
    picture.putdata([cell == "#" for row in rows for cell in row])
    return picture


def enlarge(picture: Image, scale: int) -> Image:
    """The picture in RGB, as it looks on an OLED: light blue pixels with a dark grid between them.

    A pixel becomes ``scale`` x ``scale`` pixels. The grid is left out if ``scale`` is below 3.
    """
    from PIL import Image, ImageDraw

    dark, lit = (4, 8, 14), (150, 214, 255)
    size = (picture.width * scale, picture.height * scale)
    mask = picture.resize(size, Image.Resampling.NEAREST)
    if scale >= 3:
        pen = ImageDraw.Draw(mask)
        for x in range(0, size[0], scale):
            pen.line((x, 0, x, size[1]), fill=0)
        for y in range(0, size[1], scale):
            pen.line((0, y, size[0], y), fill=0)
    large = Image.new("RGB", size, dark)
    large.paste(lit, (0, 0), mask)
    return large


def braille(picture: Image) -> str:
    """The picture as lines of text for a terminal. A character shows 2 x 4 pixels, a line 128.

    The characters and their bits: Unicode 15, chapter 21.1, Braille Patterns (U+2800).
    """
    lit = picture.load()
    if lit is None:
        return ""
    bits = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))

    def character(left: int, top: int) -> str:
        dots = sum(
            bits[x][y]
            for x in range(min(2, picture.width - left))
            for y in range(min(4, picture.height - top))
            if lit[left + x, top + y]
        )
        return chr(0x2800 + dots)

    return "\n".join(
        "".join(character(left, top) for left in range(0, picture.width, 2))
        for top in range(0, picture.height, 4)
    )
