"""Errors that the user can fix. Each is one line: what is wrong and what to do."""


class SaykeyError(Exception):
    """Base of every error that is reported to the user as one line, without a traceback.

    ``exit_code`` is the exit status of the command line: 1 for a failure.
    """

    exit_code = 1


class UsageError(SaykeyError):
    """The user gave a wrong option, key or value. Exit status 2."""

    exit_code = 2


class SettingsError(UsageError):
    """The settings file is missing, is not TOML, or has an unknown key or a value out of range."""


class AudioError(SaykeyError):
    """An audio file or a microphone cannot be read."""


class MicrophoneLost(AudioError):
    """The microphone went away while it was open, or cannot be opened."""


class ModelError(SaykeyError):
    """A model file is missing, damaged or of an unknown format, or the engine refuses it."""


class RecognizerError(SaykeyError):
    """The recognizer's worker process failed or took too long."""


class LayoutError(UsageError):
    """There is no table for this keyboard layout."""


class LinkLost(SaykeyError):
    """The host no longer accepts reports: it is unplugged, asleep or switched off."""


class ControlError(SaykeyError):
    """The control socket is in use, is absent, or uses another version of the protocol."""


class Refused(SaykeyError):
    """The device cannot carry out a request in its present state."""


class HardwareError(SaykeyError):
    """A button, LED, display or keyboard device cannot be opened, or went away."""


class OutputError(SaykeyError):
    """Standard output is full or closed, or nobody reads it any more."""
