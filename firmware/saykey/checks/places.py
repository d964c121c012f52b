"""Checks the files that the settings name: recording, control socket and mirror."""

from collections.abc import Iterator
from pathlib import Path

from saykey.audio.files import duration_s
from saykey.control import address
from saykey.errors import AudioError
from saykey.outbox import mirror
from saykey.settings.finding import Grade, SettingsFinding
from saykey.settings.schema import Settings

_MADE_BY_UNIT = Path("/run/saykey")
"""systemd creates this folder when it starts saykey.service (RuntimeDirectory)."""


def place_findings(settings: Settings) -> Iterator[SettingsFinding]:
    """Report files that are missing or of a wrong type, and paths where none can be created."""
    yield from _recording(settings.microphone.source)
    socket, held = Path(settings.control.socket), Path(settings.held.mirror)
    if _can_be_told(socket) and (reason := address.why_not(socket)):
        yield SettingsFinding(f'[control] socket = "{socket}": {reason}')
    if settings.held.mirror and _can_be_told(held) and (reason := mirror.why_not(held)):
        yield SettingsFinding(
            f'[held] mirror = "{held}" {reason}', 'or to "" to keep no text over a crash'
        )


def _can_be_told(path: Path) -> bool:
    return path.parent != _MADE_BY_UNIT or _MADE_BY_UNIT.exists()


def _recording(source: str) -> Iterator[SettingsFinding]:
    kind, _, name = source.partition(":")
    if kind != "file":
        return
    path = Path(name)
    try:
        if path.is_fifo() or path.is_char_device():
            # opening it might block
            raise AudioError(f"{path} is not a file: name a recording")
        duration_s(path)
    except PermissionError:
        return  # the user who runs the daemon may be allowed to read it
    except OSError as error:
        reason = f"{error.strerror}; name another recording"
    except AudioError as error:
        reason = str(error)
    else:
        return
    yield SettingsFinding(f'[microphone] source = "{source}": {reason}', grade=Grade.WARNING)
