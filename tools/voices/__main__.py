"""Command line: ``python -m voices [--model NAME] [--other NAME]… [PART]…``; no part means all."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from saykey.errors import SaykeyError
from saykey.settings.schema import RecognizerSettings
from voices import material, paths, repeats, scores, seams, sizes
from voices.report import Section, file_name, renewed

ROOT = Path(__file__).parents[2]
PAGE, PICTURES = ROOT / "docs/hearing.md", ROOT / "docs/images"

Measure = Callable[[list[str], Path], Section]

PARTS: dict[str, tuple[str, Measure]] = {
    "prompts": (paths.PROMPTS, paths.prompts),
    "levels": (paths.LEVELS, paths.levels),
    "noise": (paths.NOISE, paths.noise),
    "silence": (scores.SILENCE, scores.silence),
    "doubt": (scores.DOUBT, scores.doubt),
    "speed": (scores.SPEED, scores.rate),
    "seams": (seams.TITLE, seams.measured),
    "repeats": (repeats.TITLE, repeats.measured),
    "sizes": (sizes.TITLE, sizes.measured),
}


def main() -> int:
    """Measure, and write the page. The exit status is 2 for a usage error, 1 for a failure."""
    options = _options()
    models = [options.model, *options.other]
    try:
        material.check()
        for name in options.part or PARTS:
            _keep(PARTS[name][1](models, material.KEPT))
    except SaykeyError as error:
        print(f"voices: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("voices: stopped; the parts that were measured stay", file=sys.stderr)
        return 130
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("voices", description="Measure how people are heard.")
    parser.add_argument("--model", default=RecognizerSettings().model, help="the model to measure")
    parser.add_argument(
        "--other", action="append", default=[], help="a further model, such as a stock one"
    )
    parser.add_argument("part", nargs="*", help=f"what to measure: {', '.join(PARTS)}")
    options = parser.parse_args()
    unknown = [part for part in options.part if part not in PARTS]
    if unknown:
        parser.error(f"{unknown[0]} is no part: name {', '.join(PARTS)}")
    return options


def _keep(section: Section) -> None:
    print(f"## {section.title}\n\n{section.text}\n", flush=True)
    for name, svg in section.pictures.items():
        (PICTURES / file_name(name)).write_text(svg, "utf-8")
    before = PAGE.read_text("utf-8") if PAGE.is_file() else ""
    PAGE.write_text(renewed(before, [section], [title for title, _ in PARTS.values()]), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
