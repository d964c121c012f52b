"""The command line. `saykey --help` imports no command: names and help lines are listed here."""

import contextlib
import difflib
import importlib
import sys
from collections.abc import Sequence

import click

from saykey import __version__
from saykey.cli import streams
from saykey.errors import OutputError, SaykeyError

INTERRUPTED = 130
"""Exit status after Ctrl-C: 128 plus the number of SIGINT, as in shells."""

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("run:command", "Run the device: listen, recognise and type until stopped."),
    "demo": ("demo:command", "Dictate from a recording to a simulated host; needs no hardware."),
    "transcribe": ("transcribe:command", "Print what is said in an audio file."),
    "eval": ("evaluate:command", "Measure how well models hear a dataset, or record one."),
    "status": ("control:status", "Show what the running saykey is doing."),
    "watch": ("control:watch", "Show the status again whenever it changes."),
    "press": ("control:press", "Start listening, as when the button goes down."),
    "release": ("control:release", "Stop listening, as when the button goes up."),
    "cancel": ("control:cancel", "Stop listening and typing at once."),
    "type-held": ("control:type_held", "Type the text held for the current host."),
    "drop-held": ("control:drop_held", "Forget the text held for the current host or for none."),
    "move-held": ("control:move_held", "Hold for a host the text whose own host was removed."),
    "retry": ("control:retry", "Recognise failed phrases once more."),
    "model": ("model:command", "List, download, check and choose speech models."),
    "use-model": ("control:use_model", "Use another model from the next dictation on."),
    "use-host": ("control:use_host", "Send the next dictation to another host."),
    "keys": ("keys:command", "Print the keys that would type a text."),
    "layouts": ("layouts:command", "List the keyboard layouts of hosts, and what they can type."),
    "doctor": ("doctor:command", "Show what keeps this machine from typing, and what to do."),
    "settings": ("settings:command", "Print all settings with their defaults, or check a file."),
}
"""Name -> ("module of this package:click command in it", one line of help)."""


class LazyGroup(click.Group):
    """A group that imports a command only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of this name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(f"{__name__}.{module}"), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}.{attribute} is no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the section Commands of the help text."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Like click's, but the message for an unknown name suggests the most similar one."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            nearest = difflib.get_close_matches(name, COMMANDS, n=1)
            advice = f'; did you mean "{nearest[0]}"?' if nearest else ""
            raise click.UsageError(f'there is no command "{name}"{advice}', ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="saykey", message="%(prog)s %(version)s")
def saykey() -> None:
    """Saykey, a dictation keyboard: it turns speech into key strokes, on the device itself."""


def main(args: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status. The user's mistakes are one line on stderr.

    A standard output that fails is one line too. Nothing is printed if nobody reads it any more.
    """
    output = streams.prepare()
    status = _status(args)
    with contextlib.suppress(OutputError):
        sys.stdout.flush()
    if output is None or output.failure is None:
        return status
    if output.reader_gone:
        return OutputError.exit_code
    return _told(str(output.failure), OutputError.exit_code)


def _status(args: Sequence[str] | None) -> int:
    try:
        status = _run(args)
    except SaykeyError as error:
        return _told(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.UsageError as error:
        return _told(_with_help(error), error.exit_code)
    except click.ClickException as error:
        return _told(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    return status if isinstance(status, int) else 0


def _run(args: Sequence[str] | None) -> object:
    """The command's result; None after an OutputError, also after one inside a task group."""
    status = None
    try:
        status = saykey.main(args, prog_name="saykey", standalone_mode=False)
    except* OutputError:
        pass
    return status


def _with_help(error: click.UsageError) -> str:
    message = error.format_message().rstrip(".")
    path = error.ctx.command_path if error.ctx is not None else "saykey"
    return f"{message}; see `{path} --help`" if not message.endswith("?") else message


def _told(line: str, status: int) -> int:
    click.echo(f"saykey: {' '.join(line.split())}", err=True)
    return status
