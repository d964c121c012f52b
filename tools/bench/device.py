"""The device as `saykey run` wires it, in a process that reports its CPU time on request.

``python -m bench.device SETTINGS [--draw]`` answers each line on stdin with one line of JSON: the
CPU seconds of this process without its children. SIGTERM ends it. ``--draw`` gives it a display in
memory; everything up to the finished picture is then the same as with an OLED.
"""

import argparse
import asyncio
import json
import os
import resource
import sys
from dataclasses import replace
from pathlib import Path

from saykey.adapters import real_adapters
from saykey.app import App
from saykey.settings.load import load
from saykey.simulated.desk import DeskDisplay


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="bench.device", description=__doc__)
    parser.add_argument("settings", type=Path)
    parser.add_argument("--draw", action="store_true", help="draw every picture")
    options = parser.parse_args()
    asyncio.run(_live(options.settings, draw=options.draw))


async def _live(settings_file: Path, *, draw: bool) -> None:
    settings = load(settings_file)
    adapters = real_adapters(settings)
    if draw:
        adapters = replace(adapters, display=DeskDisplay())
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _tell)
    await App(settings, adapters).run()


def _tell() -> None:
    os.read(sys.stdin.fileno(), 64)
    used = resource.getrusage(resource.RUSAGE_SELF)
    sys.stdout.write(json.dumps(used.ru_utime + used.ru_stime) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
