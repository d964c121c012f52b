"""An I2C bus of the kernel with a chip that accepts all transfers; the trace records them."""

import re
import subprocess
from functools import cache
from pathlib import Path

ADDRESS = 0x3C

_TRACING = Path("/sys/kernel/tracing")


@cache
def insert_bus():
    """Create the bus and return its number. It stays until `remove_bus` or the machine's end."""
    subprocess.run(("modprobe", "i2c-dev"), check=True)
    subprocess.run(("modprobe", "i2c-stub", f"chip_addr={ADDRESS}"), check=True)
    if not (_TRACING / "trace").exists():
        subprocess.run(("mount", "-t", "tracefs", "tracefs", str(_TRACING)), check=True)
    (_TRACING / "buffer_size_kb").write_text("4096")
    (_TRACING / "events/smbus/smbus_write/enable").write_text("1")
    return stub_bus()


def remove_bus():
    """Remove the bus, which nobody may have open, until `insert_bus`."""
    subprocess.run(("rmmod", "i2c-stub"), check=True)
    insert_bus.cache_clear()


def stub_bus():
    """The number of the bus that is there. Raises FileNotFoundError if none is."""
    for bus in Path("/sys/class/i2c-dev").iterdir():
        if "stub" in (bus / "name").read_text().lower():
            return int(bus.name.removeprefix("i2c-"))
    raise FileNotFoundError("i2c-stub")


def clear_trace():
    (_TRACING / "trace").write_text("")


def transfers():
    """Control byte and values of each since the trace was cleared (trace/events/smbus.h)."""
    for line in (_TRACING / "trace").read_text().splitlines():
        if written := re.search(rf"a={ADDRESS:03x} .* c=(\w+) .*\[([0-9a-f-]+)\]", line):
            length, *values = bytes.fromhex(written[2].replace("-", ""))
            assert length == len(values), "an I2C block begins with its length"
            yield int(written[1], 16), values
