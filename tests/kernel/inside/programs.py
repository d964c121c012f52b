"""Runs programs of the machine to their end."""

import subprocess


def run(*command):
    """The output of a program, which must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
