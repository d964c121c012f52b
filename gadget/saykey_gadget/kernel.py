"""Access to the kernel's files that the gadget needs: ConfigFS and the list of controllers."""

import os
from pathlib import Path


class Kernel:
    """Operations on files of ConfigFS and sysfs. All raise OSError with the kernel's errno."""

    config = Path("/sys/kernel/config")
    """Where ConfigFS is mounted."""

    controllers = Path("/sys/class/udc")
    """One folder for each USB device controller (UDC)."""

    def exists(self, path: Path) -> bool:
        """Whether the path exists; a link counts even if its target does not exist."""
        return os.path.lexists(path)

    def is_mounted(self, path: Path) -> bool:
        """Whether a file system is mounted there."""
        return path.is_mount()

    def names(self, path: Path) -> tuple[str, ...]:
        """The names in a folder, sorted; none if the folder does not exist."""
        try:
            return tuple(sorted(os.listdir(path)))  # noqa: PTH208 - names are wanted, not paths
        except FileNotFoundError:
            return ()

    def folders(self, path: Path) -> tuple[str, ...]:
        """The folders in a folder, links left out."""
        return tuple(
            name
            for name in self.names(path)
            if (path / name).is_dir() and not (path / name).is_symlink()
        )

    def links(self, path: Path) -> tuple[str, ...]:
        """The links in a folder."""
        return tuple(name for name in self.names(path) if (path / name).is_symlink())

    def points_to(self, path: Path, target: Path) -> bool:
        """Whether the path is a link to the target."""
        return path.is_symlink() and path.resolve() == target.resolve()

    def read(self, path: Path) -> bytes:
        """The value of an attribute without its line feed, or the NUL that u_ether.c adds."""
        return path.read_bytes().removesuffix(b"\n").removesuffix(b"\0")

    def write(self, path: Path, value: bytes) -> None:
        """Set an attribute in one write; a file that does not exist is not created."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(descriptor, value)
        finally:
            os.close(descriptor)

    def make_directory(self, path: Path) -> None:
        """Make a folder; the kernel fills it."""
        path.mkdir()

    def remove_directory(self, path: Path) -> None:
        """Remove a folder with what the kernel put there."""
        path.rmdir()

    def link(self, path: Path, target: Path) -> None:
        """Make a link."""
        path.symlink_to(target)

    def unlink(self, path: Path) -> None:
        """Remove a link."""
        path.unlink()
