"""Errors the user can mend: one line that names what is wrong and what to do about it."""


class GadgetError(Exception):
    """The gadget cannot be set up or taken down. Nothing half-built is left; exit status 1."""

    exit_code = 1


class SettingsError(GadgetError):
    """The settings file is missing, is no TOML, or holds a wrong key or value. Exit status 2."""

    exit_code = 2
