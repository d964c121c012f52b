"""A virtual machine with the kernel's own USB stack, in which one command of ours runs.

Its root is this machine's, read-only below a layer in memory. So the checkout and its virtual
environment have the same names there, and no change made inside remains. The checkout itself has no
such layer: a layer must not lie over files that change (overlayfs.rst, "Changes to underlying
filesystems"), and other tests run in the checkout at the same time.
"""

import fcntl
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from debian_kernel import (
    DebianKernel,
    Unavailable,
    architecture,
    cache_folder,
    debian_kernel,
    locked,
)
from gpio_sim import MODULES as GPIO_MODULES
from gpio_sim import gpio_sim
from initramfs import initramfs

ROOT = Path(__file__).parents[2]
SYSTEMD = Path("/lib/systemd/systemd")
MEMORY_MB = 1024
PATIENCE_S = 1200
DIED = 70
"""Status when the machine ended without reporting one: a kernel crash, or a time-out."""

MODULES = ("libcomposite", "dummy_hcd", "usbhid", "hid_generic", "evdev")

BOOT_OPTIONS = (
    "quiet loglevel=3 panic=-1 mitigations=off nokaslr audit=0 "
    "systemd.unit=saykey-tests.target systemd.show_status=0"
)
"""Kernel parameters: a panic ends the machine; what only slows emulation down is off."""

_KVM_CREATE_VM = 0xAE01  # linux/kvm.h

_MACHINES = {
    "amd64": ("qemu-system-x86_64", "q35,smm=off,usb=off,sata=off,hpet=off,vmport=off", "ttyS0"),
    "arm64": ("qemu-system-aarch64", "virt", "ttyAMA0"),
}


@dataclass(frozen=True)
class Outcome:
    """The ``status`` of the command, the seconds until it began, and the seconds in all."""

    status: int
    booted_s: float
    whole_s: float
    accelerator: str
    kernel: str


def run(command: Sequence[str]) -> Outcome:
    """Run a command as root in the checkout in a new machine; its output goes to stdout.

    Raises Unavailable where no machine can run.
    """
    qemu = _MACHINES[architecture()][0]
    if shutil.which(qemu) is None or not SYSTEMD.exists():
        missing = f"{qemu} or {SYSTEMD} is missing"
        raise Unavailable(f"{missing}: run tools/setup/system-packages kernel")
    with locked(cache_folder()):
        kernel = debian_kernel()
        pins = _gpio_sim(kernel)
        first_root = initramfs(kernel)
    accelerator = "kvm" if _kvm_works() else "tcg"
    _sweep()
    with tempfile.TemporaryDirectory(dir=cache_folder(), prefix=f"run-{os.getpid()}-") as folder:
        exchange = Path(folder)
        clock = "real" if accelerator == "kvm" else "counted"
        words = ("env", f"SAYKEY_CLOCK={clock}", *command)
        (exchange / "command").write_text(_script(kernel, pins, words))
        began = time.monotonic()
        _boot(_command_line(kernel, first_root, exchange, accelerator))
        return Outcome(
            status=int(_told(exchange / "status", DIED)),
            booted_s=_told(exchange / "booted", 0),
            whole_s=time.monotonic() - began,
            accelerator=accelerator,
            kernel=kernel.version,
        )


def _sweep() -> None:
    """Remove what interrupted runs have left."""
    for folder in cache_folder().glob("run-*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _kvm_works() -> bool:
    """Whether this user may make machines, and the processor helps.

    Inside some virtual machines KVM answers but emulates the processor, and fails when Debian's
    kernel starts. The processor there names neither extension.
    """
    flags = set(Path("/proc/cpuinfo").read_text("ascii", "replace").split())
    if architecture() == "amd64" and not flags & {"vmx", "svm"}:
        return False
    try:
        with open("/dev/kvm", "r+b", buffering=0) as kvm:  # noqa: PTH123 - a device, no file
            os.close(fcntl.ioctl(kvm, _KVM_CREATE_VM, 0))
    except OSError:
        return False
    return True


def _gpio_sim(kernel: DebianKernel) -> Path | None:
    """The folder of its modules; without them the tests of button and LED are skipped."""
    try:
        return gpio_sim(kernel)
    except Unavailable as error:
        if in_ci():
            raise
        sys.stderr.write(f"tests/kernel: NO BUTTON AND LED, no GPIO simulator: {error}\n")
        return None


def in_ci() -> bool:
    """Whether something missing counts as a failure."""
    return bool(os.environ.get("CI") or os.environ.get("SAYKEY_CI"))


def _script(kernel: DebianKernel, pins: Path | None, command: Sequence[str]) -> str:
    """The script inside: prepare, run the command, write its status, switch the machine off."""
    modules = f"/lib/modules/{kernel.version}"
    insert_pins = [f"insmod {shlex.quote(str(pins / name))}.ko" for name in GPIO_MODULES if pins]
    return f"""\
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
export SAYKEY_KERNEL=real PYTHONDONTWRITEBYTECODE=1 LG_WD=/tmp
cut -d' ' -f1 /proc/uptime >/run/vm/booted
stty -onlcr 2>/dev/null
ip link set lo up
mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
for folder in {shlex.quote(str(ROOT))} {shlex.quote(str(cache_folder()))}; do
    mkdir -p "$folder" && mount --bind "/run/machine$folder" "$folder"
done
mkdir -p {modules}
mount --bind {shlex.quote(str(kernel.modules))} {modules}
modprobe -a {" ".join(MODULES)}
{"; ".join(insert_pins)}
cd {shlex.quote(str(ROOT))}
{shlex.join(command)} </dev/null
echo $? >/run/vm/status
sync
echo o >/proc/sysrq-trigger
sleep 60
"""


def _command_line(
    kernel: DebianKernel, first_root: Path, exchange: Path, accelerator: str
) -> list[str]:
    qemu, machine, console = _MACHINES[architecture()]
    share = "local,security_model=none,multidevs=remap"
    return [
        *("setpriv", "--pdeathsig", "KILL"),  # if we are killed, no machine is left running
        *(qemu, "-M", machine, "-m", str(MEMORY_MB), *_processor(accelerator)),
        *("-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio"),
        *("-kernel", str(kernel.image), "-initrd", str(first_root)),
        *(
            "-append",
            f"console={console} {BOOT_OPTIONS}",
        ),
        *("-fsdev", f"{share},id=machine,path=/,readonly=on"),
        *("-device", "virtio-9p-pci,fsdev=machine,mount_tag=machine"),
        *("-fsdev", f"{share},id=exchange,path={exchange}"),
        *("-device", "virtio-9p-pci,fsdev=exchange,mount_tag=exchange"),
        *("-device", "virtio-rng-pci"),
    ]


def _processor(accelerator: str) -> tuple[str, ...]:
    """The processor options. Under emulation its clock counts instructions, a nanosecond each.

    See QEMU, docs/devel/tcg-icount. However busy this machine is, the processor inside never stands
    still, and what is measured inside does not depend on other programs. QEMU can count the
    instructions of one processor only.
    """
    if accelerator == "kvm":
        return ("-accel", "kvm", "-cpu", "host", "-smp", "2")
    return ("-accel", "tcg", "-icount", "shift=0", "-cpu", "max")


def _boot(command_line: list[str]) -> None:
    """Run the machine until it switches itself off or the time is up; its console is our stdout."""
    with subprocess.Popen(
        command_line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace"
    ) as machine:
        watchdog = threading.Timer(PATIENCE_S, machine.kill)
        watchdog.start()
        try:
            assert machine.stdout is not None
            for line in machine.stdout:
                sys.stdout.write(line)
                sys.stdout.flush()
        finally:
            watchdog.cancel()
            machine.kill()


def _told(path: Path, otherwise: float) -> float:
    return float(path.read_text()) if path.exists() else otherwise
