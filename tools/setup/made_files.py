"""Write the files of the repository that the program generates. `make docs` runs this."""

from pathlib import Path

import draw_dictation
import draw_screens
import draw_states
from saykey.settings import text

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Write all generated files."""
    (ROOT / "docs" / "settings.md").write_text(text.page(), "utf-8")
    draw_states.PAGE.write_text(draw_states.page(), "utf-8")
    draw_screens.main()
    draw_dictation.draw()


if __name__ == "__main__":
    main()
