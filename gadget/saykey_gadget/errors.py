"""Errors that the user can fix: one line that says what is wrong and what to do."""


class GadgetError(Exception):
    """The gadget cannot be set up or taken down. Nothing half-built is left; exit status 1."""

    exit_code = 1


class SettingsError(GadgetError):
    """The settings file is missing, is no TOML, or holds a wrong key or value. Exit status 2."""

    exit_code = 2
