"""Makes the file of all layout tables: ``PYTHONPATH=tools python -m layouts.generate``.

The same sources give the same file, byte for byte (packed by the same version of xz).
"""

import lzma
import re
import sys
import time
from pathlib import Path

import msgspec

from layouts import hosts
from layouts.composing import composed_by
from layouts.linux import LOCALE, Sequences, all_layouts, read
from layouts.tables import Tally, host_row, linux_row
from saykey.keyboard.layouts import layout_of
from saykey.keyboard.tables import Head, Origin, Row

ROOT = Path(__file__).parents[2]
PACKED = ROOT / "firmware/saykey/keyboard/data/layouts.json.xz"
XKB_PACKAGE = Path("/usr/share/pkgconfig/xkeyboard-config.pc")
DICTIONARY = 512 * 1024  # bytes
DROPPED = Path(__file__).parent / "dropped.txt"


def xkb_data_version() -> str:
    """The version of xkeyboard-config that is installed, such as "2.35.1"."""
    told = re.search(r"^Version: (\S+)$", XKB_PACKAGE.read_text("utf-8"), re.MULTILINE)
    if told is None:
        raise ValueError(f"{XKB_PACKAGE} names no version")
    return told[1]


def tables() -> tuple[Head, list[Row], Tally]:
    """The head, the rows sorted by system and name, and what was dropped."""
    compose = Sequences(LOCALE)
    named = list(all_layouts())
    readings = [read(one, compose) for one in named]
    keysyms = {c: symbol for reading in readings for c, symbol in reading.keysyms.items()}
    dead = {symbol for reading in readings for symbol in reading.dead.values()}
    composed = {f"{symbol:x}": pairs for symbol, pairs in composed_by(dead, keysyms).items()}
    titles = {one.name: one.title for one in named}
    given = list(hosts.all_hosts(dict(zip(titles, readings, strict=True)), titles))
    head = _head(composed | hosts.compositions(given))
    tally = Tally()
    windows = {host.name: host.levels for host in given if host.os == "windows"}
    rows = [
        linux_row(one, reading, head, windows.get(one.name, {}), tally)
        for one, reading in zip(named, readings, strict=True)
    ]
    linux = {row.name: row for row in rows}
    rows += [host_row(host, linux[host.name], head) for host in given]
    return head, sorted(rows, key=lambda row: (row.os, row.name)), tally


def _head(composed: dict[str, str]) -> Head:
    version = xkb_data_version()
    linux = Origin(f"xkeyboard-config {version}, by libxkbcommon", "MIT and X11 (xkeyboard-config)")
    given = {name: Origin(**origin) for name, origin in hosts.origins(version).items()}
    return Head(composed, {"linux": linux} | given, version)


def unpacked(head: Head, rows: list[Row]) -> bytes:
    """The file before it is packed: a line for the head and for each layout."""
    return b"".join(msgspec.json.encode(line) + b"\n" for line in (head, *rows))


def packed(lines: bytes) -> bytes:
    """The file as it is shipped; xz verifies a CRC when it unpacks.

    The dictionary is only as large as the file, because unpacking takes that much memory.
    """
    xz = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": DICTIONARY}
    return lzma.compress(lines, check=lzma.CHECK_CRC64, filters=[xz])


def main() -> None:
    """Write the tables and what was dropped; print how many there are and how large they are."""
    began = time.perf_counter()
    head, rows, tally = tables()
    data = packed(unpacked(head, rows))
    PACKED.write_bytes(data)
    DROPPED.write_text(
        "".join(f"{name}: {' '.join(wrong)}\n" for name, wrong in tally.dropped.items()), "utf-8"
    )
    entries = sum(len(layout_of(row, head).strokes) for row in rows)
    count = {os: sum(row.os == os for row in rows) for os in ("linux", "windows", "macos")}
    print(f"layouts: {count}, entries {entries}, packed {len(data)} bytes", file=sys.stderr)
    print(f"dropped {tally.share:.3%} of {tally.entries}", file=sys.stderr)
    print(f"took {time.perf_counter() - began:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
