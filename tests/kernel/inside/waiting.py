"""Waits for what the kernel or another process does in its own time."""

import threading
import time

PATIENCE_S = 180  # under emulation on a busy machine seconds become minutes
PAUSE_S = 0.005


def until(true, what, pause_s=PAUSE_S):
    """Return once this is true; ``what`` names what is awaited, or returns the present state."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what() if callable(what) else what}")
        threading.Event().wait(pause_s)
