"""Programs of the machine, run to their end."""

import subprocess


def run(*command):
    """What it said; it must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
