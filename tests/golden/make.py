"""Redraw all pictures in this folder. Look at each change before you commit it."""

from pathlib import Path

from golden_scenes import SCENES, file_name

from saykey.panel.picture import draw
from saykey.panel.screens.order import screen_of


def main() -> None:
    """Replace every picture."""
    folder = Path(__file__).parent
    for old in folder.glob("*.png"):
        old.unlink()
    for scene, view in SCENES.items():
        draw(screen_of(view)).save(folder / file_name(scene), optimize=True)


if __name__ == "__main__":
    main()
