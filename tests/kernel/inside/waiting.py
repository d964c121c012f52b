"""Waiting for what the kernel or another process does when it comes to it."""

import threading
import time

PATIENCE_S = 180  # emulated, on a busy machine, seconds become minutes
PAUSE_S = 0.005


def until(true, what, pause_s=PAUSE_S):
    """Return once this is true; ``what`` is waited for, or tells how things stand."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what() if callable(what) else what}")
        threading.Event().wait(pause_s)
