"""Debian's newest kernel of the running release: fetched and unpacked once, never installed."""

import fcntl
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
"""The machine's name for uname, and its name for Debian."""

# A full version and no flavour: excludes packages that only depend on others, cloud and rt.
_PACKAGE = re.compile(r"linux-image-6\.\d+\.\d+[-+\w.]*?-(?:amd64|arm64)")
_FLAVOURS = ("-cloud-", "-rt-", "-16k-")


class Unavailable(Exception):
    """The virtual machine cannot run here; the message says what is missing."""


@dataclass(frozen=True)
class DebianKernel:
    """An unpacked kernel package."""

    root: Path

    @property
    def image(self) -> Path:
        return next((self.root / "boot").glob("vmlinuz-*"))

    @property
    def version(self) -> str:
        return self.image.name.removeprefix("vmlinuz-")

    @property
    def modules(self) -> Path:
        return self.root / "lib/modules" / self.version


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "saykey-kernel"


def architecture() -> str:
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        raise Unavailable(f"no kernel for {machine}: x86_64 or aarch64 is needed.")
    return ARCHITECTURES[machine]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let only one run at a time fill the cache."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def debian_kernel() -> DebianKernel:
    """The newest kernel in the cache; fetched first if there is none. Raises Unavailable."""
    cache = cache_folder()
    unpacked = sorted(cache.glob(f"linux-image-*-{architecture()}"), key=_age)
    return DebianKernel(unpacked[-1]) if unpacked else _fetch(cache)


def _age(folder: Path) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d+", folder.name))


def _fetch(cache: Path) -> DebianKernel:
    for command in ("apt-get", "apt-cache", "dpkg-deb", "depmod"):
        if shutil.which(command) is None:
            raise Unavailable(f"{command} is missing: Debian is needed to fetch its kernel.")
    package = _newest_package()
    with tempfile.TemporaryDirectory(dir=cache, prefix="fetching-") as folder:
        unpacked = Path(folder) / "unpacked"
        run_to_end("dpkg-deb", "-x", str(fetched(package, Path(folder))), str(unpacked))
        kernel = DebianKernel(unpacked)
        run_to_end("depmod", "-b", str(unpacked), kernel.version)
        return DebianKernel(unpacked.rename(cache / package))


def fetched(package: str, folder: Path) -> Path:
    """Download a Debian package into this folder; its file. Raises Unavailable."""
    folder.mkdir(exist_ok=True)
    run_to_end("apt-get", "download", "-qq", package, cwd=folder)
    return next(folder.glob(f"{package}_*.deb"))


def _newest_package() -> str:
    for refresh in (False, True):
        if refresh:  # a machine fresh from an image has no package lists
            run_to_end("apt-get", "update", "-qq")
        listed = run_to_end(
            "apt-cache", "search", "--names-only", f"^linux-image-6.*-{architecture()}$"
        )
        names = [line.split()[0] for line in listed.splitlines()]
        wanted = [
            name
            for name in names
            if _PACKAGE.fullmatch(name) and not any(flavour in name for flavour in _FLAVOURS)
        ]
        if wanted:
            return max(wanted, key=lambda name: _age(Path(name)))
    raise Unavailable("apt knows no package linux-image-6.*: Debian 12 or later is needed.")


def run_to_end(*command: str, cwd: Path | None = None) -> str:
    """The output of a command. Raises Unavailable if it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        message = " ".join((done.stderr or done.stdout).split())
        raise Unavailable(f"{' '.join(command[:2])} failed: {message}")
    return done.stdout
