"""Chooses how many threads the engine computes with."""

import os


def usual_threads() -> int:
    """One fewer than the cores, at least 1: on loaded cores ggml's threads wait for each other."""
    return max(1, (os.cpu_count() or 1) - 1)
