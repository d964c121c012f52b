"""The kernel's GPIO simulator, which Debian leaves out: built once from Debian's own sources."""

import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from debian_kernel import DebianKernel, Unavailable, cache_folder, fetched, run_to_end

MODULES = ("irq_sim", "gpio-sim")
"""The modules, in the order in which they are loaded."""

_SOURCES = ("drivers/gpio/gpio-sim.c", "kernel/irq/irq_sim.c")

# A module may not call irq_to_desc; generic_handle_irq does the same with the number.
_NOT_EXPORTED = re.compile(r"handle_simple_irq\(irq_to_desc\((.*)\)\);")
_LICENCE = """
#include <linux/module.h>
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("irq_sim");
"""
_KBUILD = """
obj-m := gpio-sim.o irq_sim.o
ccflags-y += -DCONFIG_IRQ_SIM=1
"""


def gpio_sim(kernel: DebianKernel) -> Path:
    """The folder with both modules for this kernel. Raises Unavailable."""
    built = cache_folder() / f"gpio-sim-{kernel.version}"
    if built.exists():
        return built
    with tempfile.TemporaryDirectory(dir=cache_folder(), prefix=f"run-{os.getpid()}-") as folder:
        here = Path(folder)
        headers = _headers(kernel.version, here / "headers")
        module = here / "module"
        module.mkdir()
        _take_sources(kernel.version, here, module)
        without_pahole = "CONFIG_DEBUG_INFO_BTF_MODULES="
        run_to_end("make", "-s", "-C", str(headers), f"M={module}", without_pahole, "modules")
        finished = here / "finished"
        finished.mkdir()
        for name in MODULES:
            shutil.copy(module / f"{name}.ko", finished)
        return finished.rename(built)


def _headers(version: str, folder: Path) -> Path:
    """The kernel headers to build a module with; Debian's packages are unpacked, not installed."""
    release, _, flavour = version.rpartition("-")
    for package in (
        f"linux-headers-{release}-{flavour}",
        f"linux-headers-{release}-common",
        f"linux-kbuild-{release}",
    ):
        run_to_end("dpkg-deb", "-x", str(fetched(package, folder)), str(folder))
    headers = folder / "usr/src" / f"linux-headers-{version}"
    makefile = headers / "Makefile"
    makefile.write_text(makefile.read_text().replace("/usr/src", str(folder / "usr/src")))
    return headers


def _take_sources(version: str, folder: Path, module: Path) -> None:
    series = ".".join(version.split(".")[:2])
    package = fetched(f"linux-source-{series}", folder)
    name = f"./usr/src/linux-source-{series}.tar.xz"
    with (
        subprocess.Popen(("dpkg-deb", "--fsys-tarfile", package), stdout=subprocess.PIPE) as unpack,
        tarfile.open(fileobj=unpack.stdout, mode="r|") as outer,
    ):
        whole = next(member for member in outer if member.name == name)
        with tarfile.open(fileobj=outer.extractfile(whole), mode="r|xz") as inner:
            _take(inner, module)
        unpack.kill()
    irq_sim = module / "irq_sim.c"
    source = _NOT_EXPORTED.sub(r"generic_handle_irq(\1);", irq_sim.read_text())
    irq_sim.write_text(source + _LICENCE)
    (module / "Kbuild").write_text(_KBUILD)


def _take(sources: tarfile.TarFile, module: Path) -> None:
    wanted = set(_SOURCES)
    for member in sources:
        path = member.name.partition("/")[2]
        if path in wanted:
            content = sources.extractfile(member)
            assert content is not None
            (module / Path(path).name).write_bytes(content.read())
            wanted.remove(path)
            if not wanted:
                return
    raise Unavailable(f"the kernel's sources lack {', '.join(sorted(wanted))}.")
