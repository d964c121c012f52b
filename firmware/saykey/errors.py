"""Errors the user can mend: one line that names what is wrong and what to do about it."""


class SaykeyError(Exception):
    """Base of every error that is reported to the user as one line, without a traceback.

    ``exit_code`` is the status the command line ends with: 1 for failure.
    """

    exit_code = 1


class UsageError(SaykeyError):
    """The user asked for something that cannot be: a bad option, key or value. Exit status 2."""

    exit_code = 2


class SettingsError(UsageError):
    """The settings file is missing, is no TOML, or holds an unknown key or a value out of range."""


class AudioError(SaykeyError):
    """An audio file or a microphone cannot be read."""


class MicrophoneLost(AudioError):
    """The microphone went away while it was open, or cannot be opened."""


class ModelError(SaykeyError):
    """A model file is missing, damaged, foreign, or the engine refuses it."""


class RecognizerError(SaykeyError):
    """The recognizer's worker process failed or took too long."""


class LayoutError(UsageError):
    """No table is known for the wanted keyboard layout."""


class LinkLost(SaykeyError):
    """The host no longer takes reports: unplugged, asleep or switched off."""


class ControlError(SaykeyError):
    """The control socket is in use, absent, or speaks another version."""


class Refused(SaykeyError):
    """The device is in no state to do what is asked for."""


class HardwareError(SaykeyError):
    """A button, LED or display cannot be opened."""


class OutputError(SaykeyError):
    """Standard output is full or closed, or its reader is gone."""
