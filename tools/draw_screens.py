"""Draw docs/images/screens.png: all screens of the display, for the documentation."""

import sys
from pathlib import Path

from PIL import Image, ImageDraw

from saykey.panel import fonts
from saykey.panel.picture import HEIGHT, WIDTH, draw, enlarge
from saykey.panel.screens.order import screen_of
from saykey.panel.view import View

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs/images/screens.png"
SCALE = 3
ACROSS = 3
GAP = 18
CAPTION = 22
PAPER = (24, 28, 34)
INK = (170, 180, 190)


def sheet(scenes: dict[str, View]) -> Image.Image:
    """All scenes enlarged, each with its name below it."""
    column, row = WIDTH * SCALE + GAP, HEIGHT * SCALE + CAPTION + GAP
    rows = -(-len(scenes) // ACROSS)
    page = Image.new("RGB", (column * ACROSS + GAP, row * rows + GAP), PAPER)
    pen = ImageDraw.Draw(page)
    pen.fontmode = "1"
    for number, (name, view) in enumerate(scenes.items()):
        x, y = GAP + column * (number % ACROSS), GAP + row * (number // ACROSS)
        page.paste(enlarge(draw(screen_of(view)), SCALE), (x, y))
        pen.text((x, y + HEIGHT * SCALE + 4), name, font=fonts.large().face, fill=INK)
    return page


def main() -> None:
    """Write the sheet and print its path."""
    sys.path.insert(0, str(ROOT / "tests/golden"))
    from golden_scenes import SCENES

    TARGET.parent.mkdir(parents=True, exist_ok=True)
    sheet(SCENES).save(TARGET, optimize=True)
    print(f"{len(SCENES)} screens in {TARGET}")


if __name__ == "__main__":
    main()
