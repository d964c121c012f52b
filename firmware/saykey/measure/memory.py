"""Reads how much memory a process uses."""

from pathlib import Path


def memory_mb(pid: int, which: str) -> float | None:
    """A line of proc_pid_status(5) in MB of 10^6 bytes, such as "VmHWM", the peak.

    None if the process has ended.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return None
    found = next((line for line in lines if line.startswith(f"{which}:")), None)
    return None if found is None else int(found.split()[1]) * 1024 / 1e6
