"""The command: python -m saykey_gadget up|down|status|plan [--config FILE]."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from saykey_gadget import apply
from saykey_gadget.errors import GadgetError
from saykey_gadget.identity import read_identity
from saykey_gadget.kernel import Kernel
from saykey_gadget.plan import in_words, plan
from saykey_gadget.settings import STANDARD_FILE, load

NOT_UP = 3
"""Exit status of ``status`` when the gadget is not up, as in systemctl status."""


def main(arguments: Sequence[str] | None = None, kernel: Kernel | None = None) -> int:
    """Run one command and return its exit status. Errors are one line on stderr."""
    parser = argparse.ArgumentParser(prog="saykey-gadget", description=__doc__)
    parser.add_argument("command", choices=("up", "down", "status", "plan"))
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help=f"settings (default: {STANDARD_FILE})"
    )
    options = parser.parse_args(arguments)
    try:
        return _run(options.command, options.config, kernel or Kernel())
    except GadgetError as error:
        sys.stderr.write(f"saykey-gadget: {' '.join(str(error).split())}\n")
        return error.exit_code


def _run(command: str, config: Path | None, kernel: Kernel) -> int:
    settings = load(config)
    if command == "down":
        done = apply.down(kernel, settings.name)
        _say(f"{settings.name}: {'taken down' if done else 'was down already'}")
        return 0
    steps = plan(settings, read_identity())
    if command == "plan":
        sys.stdout.write(in_words(steps))
        return 0
    if command == "up":
        done = apply.up(kernel, steps)
        state = apply.status(kernel, steps)
        _say(f"{_described(state)}{'' if done else ', unchanged'}")
        return 0
    state = apply.status(kernel, steps)
    _say(_described(state))
    return 0 if state.is_up else NOT_UP


def _described(state: apply.Status) -> str:
    if state.is_up:
        return f"{state.name}: up on {state.controller} ({', '.join(state.devices)})"
    if not state.exists:
        return f"{state.name}: down"
    wrong = [*(step.path for step in state.lacking), *state.surplus][0]
    return f"{state.name}: {wrong} is not as planned; run saykey-gadget up"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
