"""Write the files of the repository that are made from the program. `make docs` runs this."""

from pathlib import Path

from saykey import settings_text

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Write them all."""
    (ROOT / "docs" / "settings.md").write_text(settings_text.page(), "utf-8")


if __name__ == "__main__":
    main()
