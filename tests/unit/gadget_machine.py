"""Where the gadget's tests run: on a ConfigFS simulated with plain files, or on the kernel's own.

``python -m pytest`` on any machine uses the simulation. The virtual machine of tests/kernel sets
SAYKEY_KERNEL=real, and the same tests run on ConfigFS and a dummy_hcd controller.
"""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

# The gadget is a program of its own, not part of the package that is installed.
sys.path.insert(0, str(Path(__file__).parents[2] / "gadget"))

from saykey_gadget.kernel import Kernel

REAL = os.environ.get("SAYKEY_KERNEL") == "real"

# What the kernel puts into a new folder (gadget_configfs.rst; configfs.c, f_hid.c, u_ether*.c).
GADGET = {
    **dict.fromkeys(("bcdUSB", "bcdDevice", "idVendor", "idProduct"), "0x0000"),
    **dict.fromkeys(("bDeviceClass", "bDeviceSubClass", "bDeviceProtocol"), "0x00"),
    "UDC": "",
}
FUNCTIONS = {
    "hid": {
        **dict.fromkeys(("subclass", "protocol", "no_out_endpoint", "report_length"), "0"),
        "report_desc": "",
        "dev": "240:0",
    },
    "ncm": {"dev_addr": "", "host_addr": "", "ifname": "usb0"},
    "acm": {"port_num": "0"},
}
READ_ONLY = {"dev", "port_num"}
ENDPOINTS = {"hid": (1, 0), "ncm": (2, 1), "acm": (2, 1)}  # in, out
CONTROLLER_ENDPOINTS = (8, 8)


def refuse(number: int, path: Path) -> None:
    raise OSError(number, os.strerror(number), str(path))


class SimulatedKernel(Kernel):
    """ConfigFS in a directory: creates, formats, refuses and removes what the kernel does."""

    def __init__(self, root: Path) -> None:
        self.config = root / "config"
        self.controllers = root / "udc"
        self.mounted = True
        self.gadgets = self.config / "usb_gadget"
        self.gadgets.mkdir(parents=True)
        self.add_controller("simulated_udc.0")

    def add_controller(self, name: str) -> None:
        (self.controllers / name).mkdir(parents=True)
        (self.controllers / name / "function").write_text("")

    def is_mounted(self, path: Path) -> bool:
        return path == self.config and self.mounted

    def make_directory(self, path: Path) -> None:
        match path.relative_to(self.gadgets).parts:
            case [_]:
                self._fill(path, GADGET, "configs", "functions", "strings")
            case [_, "strings", _]:
                self._fill(path, dict.fromkeys(("manufacturer", "product", "serialnumber"), ""))
            case [_, "configs", name] if name.partition(".")[2].isdigit():
                self._fill(path, {"MaxPower": "2", "bmAttributes": "0x80"}, "strings")
            case [_, "configs", _, "strings", _]:
                self._fill(path, {"configuration": ""})
            case [_, "functions", name]:
                kind, point, _ = name.partition(".")
                if not point or kind not in FUNCTIONS:
                    refuse(errno.ENOENT, path)
                self._fill(path, FUNCTIONS[kind])
            case _:
                refuse(errno.EPERM, path)

    def _fill(self, path: Path, attributes: dict[str, str], *folders: str) -> None:
        path.mkdir()
        for name, value in attributes.items():
            (path / name).write_text(f"{value}\n")
        for name in folders:
            (path / name).mkdir()

    def remove_directory(self, path: Path) -> None:
        parts = path.relative_to(self.gadgets).parts
        if parts[-1] in {"configs", "functions", "strings"}:
            refuse(errno.EPERM, path)
        made = [path / name for name in ("configs", "functions", "strings")]
        if self.links(path) or any(self.names(folder) for folder in made):
            refuse(errno.ENOTEMPTY, path)
        if "functions" in parts and self._users(path):
            refuse(errno.EBUSY, path)
        shutil.rmtree(path)

    def link(self, path: Path, target: Path) -> None:
        if target.parents[1] != path.parents[2]:
            refuse(errno.EINVAL, path)
        path.symlink_to(target)

    def unlink(self, path: Path) -> None:
        gadget = path.parents[2]
        if self.read(gadget / "UDC"):
            self._bind(gadget, "")  # configfs.c, config_usb_cfg_unlink: forced
        path.unlink()

    def write(self, path: Path, value: bytes) -> None:
        if not path.is_file():
            refuse(errno.ENOENT, path)
        if path.name in READ_ONLY:
            refuse(errno.EACCES, path)
        if path.name == "UDC":
            self._bind(path.parent, value.decode().strip())
        elif path.parent.parent.name == "functions" and self._users(path.parent):
            refuse(errno.EBUSY, path)
        else:
            ending = b"\0\n" if path.name in {"dev_addr", "host_addr"} else b"\n"
            path.write_bytes(self._as_the_kernel_prints(path, value) + ending)

    def _as_the_kernel_prints(self, path: Path, value: bytes) -> bytes:
        before = path.read_bytes().strip()
        if not before.startswith(b"0x"):
            return value
        number = int(value, 0)
        if number >= 16 ** (len(before) - 2):
            refuse(errno.ERANGE, path)
        return f"0x{number:0{len(before) - 2}x}".encode()

    def _users(self, function: Path) -> list[Path]:
        gadget = function.parents[1]
        return [
            gadget / "configs" / configuration / name
            for configuration in self.folders(gadget / "configs")
            for name in self.links(gadget / "configs" / configuration)
            if self.points_to(gadget / "configs" / configuration / name, function)
        ]

    def _bind(self, gadget: Path, controller: str) -> None:
        bound = self.read(gadget / "UDC").decode()
        if not controller:
            if not bound:
                refuse(errno.ENODEV, gadget)
            (self.controllers / bound / "function").write_text("")
        elif bound or not self._can_bind(gadget, controller):
            refuse(errno.EBUSY, gadget)
        else:
            (self.controllers / controller / "function").write_text(f"{gadget.name}\n")
        (gadget / "UDC").write_text(f"{controller}\n")

    def _can_bind(self, gadget: Path, controller: str) -> bool:
        if not self.exists(self.controllers / controller):
            return False
        used = [ENDPOINTS[name.partition(".")[0]] for name in self.folders(gadget / "functions")]
        fits = all(
            sum(direction) <= most
            for direction, most in zip(zip(*used, strict=True), CONTROLLER_ENDPOINTS, strict=True)
        )
        return fits and not self.read(self.controllers / controller / "function")


class SimulatedMachine:
    """A machine whose kernel is simulated."""

    def __init__(self, root: Path) -> None:
        self.kernel = SimulatedKernel(root)

    def remove_controllers(self) -> None:
        shutil.rmtree(self.kernel.controllers)

    def unmount(self) -> None:
        shutil.rmtree(self.kernel.gadgets)
        self.kernel.mounted = False

    def unload(self) -> None:
        shutil.rmtree(self.kernel.gadgets)

    def mend(self) -> None:
        """Do nothing: no state is kept from one test to the next."""


class RealMachine:
    """The machine this runs on, a virtual one for the tests alone."""

    def __init__(self, _root: Path) -> None:
        self.kernel = Kernel()
        self.mend()

    def remove_controllers(self) -> None:
        modprobe("-r", "dummy_hcd")

    def unmount(self) -> None:
        run("umount", str(self.kernel.config))

    def unload(self) -> None:
        modprobe("-r", "usb_f_hid", "usb_f_ncm", "usb_f_acm", "libcomposite")

    def mend(self) -> None:
        if not self.kernel.config.is_mount():
            run("mount", "-t", "configfs", "none", str(self.kernel.config))
        modprobe("-a", "libcomposite", "dummy_hcd")


def modprobe(*words: str) -> None:
    run("modprobe", *words)


def run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def machine(root: Path) -> "SimulatedMachine | RealMachine":
    return RealMachine(root) if REAL else SimulatedMachine(root)
