"""The first root of the virtual machine: a static busybox, a few modules, and ``init``."""

import gzip
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

from debian_kernel import DebianKernel, Unavailable

BUSYBOX = Path("/bin/busybox")
GUEST = Path(__file__).parent / "guest"
UNITS = ("saykey-tests.service", "saykey-tests.target")
MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay", "configfs")
"""Modules that are needed to reach the machine's own root, which has all others."""


def initramfs(kernel: DebianKernel) -> Path:
    """The file, rebuilt when something in it is newer."""
    path = kernel.root / "initramfs"
    newest = max(file.stat().st_mtime for file in (Path(__file__), *GUEST.iterdir()))
    if not path.exists() or path.stat().st_mtime < newest:
        made = path.with_suffix(".new")
        made.write_bytes(gzip.compress(b"".join(_archive(kernel)), compresslevel=1))
        made.rename(path)
    return path


def _archive(kernel: DebianKernel) -> Iterator[bytes]:
    if not BUSYBOX.exists():
        raise Unavailable(f"{BUSYBOX} is missing: apt-get install busybox-static")
    for folder in ("bin", "modules", "units", "proc", "sys", "dev", "lower", "over", "new"):
        yield _entry(folder, stat.S_IFDIR | 0o755)
    yield _entry("bin/busybox", stat.S_IFREG | 0o755, BUSYBOX.read_bytes())
    yield _entry("init", stat.S_IFREG | 0o755, (GUEST / "init").read_bytes())
    for unit in UNITS:
        yield _entry(f"units/{unit}", stat.S_IFREG | 0o644, (GUEST / unit).read_bytes())
    for number, module in enumerate(_modules(kernel)):
        yield _entry(
            f"modules/{number:02}-{module.name.partition('.')[0]}.ko", 0o100644, _plain(module)
        )
    yield _entry("TRAILER!!!", 0)


def _modules(kernel: DebianKernel) -> list[Path]:
    """The files to load, in order; what is built into the kernel has none."""
    files: dict[Path, None] = {}
    for name in MODULES:
        command = ("modprobe", "-d", kernel.root, "-S", kernel.version, "--show-depends", name)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unavailable(f"this kernel has no module {name}: {done.stderr.strip()}")
        for line in done.stdout.splitlines():
            word, path = line.split()[:2]
            if word == "insmod":
                files[Path(path)] = None
    return list(files)


def _plain(module: Path) -> bytes:
    decompressors = {".xz": "xz", ".zst": "zstd"}
    if module.suffix not in decompressors:
        return module.read_bytes()
    command = (decompressors[module.suffix], "-dc", module)
    return subprocess.run(command, capture_output=True, check=True).stdout


def _entry(name: str, mode: int, content: bytes = b"") -> bytes:
    """A file in the "new ASCII" format (Documentation/driver-api/early-userspace/buffer-format)."""
    path = name.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(path), 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    return _padded(header + path) + _padded(content)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
