"""The command line behind tests/kernel/run."""

import compileall
import shutil
import sys

import vm
from debian_kernel import Unavailable

UNAVAILABLE = 77
"""Status that test harnesses, automake's first, take for "skipped"."""

INSIDE = (
    "tests/kernel/inside",
    "tests/contract/test_transport_contract.py",
    "tests/contract/test_microphone_contract.py",
    "tests/contract/test_button_contract.py",
    "tests/contract/test_lamp_contract.py",
    "tests/contract/test_display_contract.py",
    "tests/unit/test_gadget_apply.py",
)
"""Tests for the virtual machine only, and tests that run anywhere and use the real kernel there."""

OURS = ("gadget", "tests/kernel/inside")
PYTHONPATH = ":".join(str(vm.ROOT / folder) for folder in OURS)


def main(arguments: list[str]) -> int:
    """Run pytest in the virtual machine and return its exit status."""
    chosen = any((vm.ROOT / word.partition("::")[0]).exists() for word in arguments)
    pytest = (
        *(str(vm.ROOT / ".venv/bin/python"), "-m", "pytest", "-p", "no:cacheprovider"),
        # tests/conftest.py only configures Hypothesis, which takes seconds to load in the machine.
        *("--confcutdir", "tests/kernel/inside", "-p", "no:hypothesispytest", "-p", "no:xdist"),
        # The contracts also run for other adapters; those are tested outside.
        *("-k", "kernel or not contract"),
        # A unit that is started late has systemd-tmpfiles empty /tmp (tmpfiles.d(5), type D).
        *("--basetemp", "/run/pytest"),
        *(() if chosen else INSIDE),
    )
    for folder in ("firmware", *OURS):  # inside, compiling takes many times as long
        compileall.compile_dir(vm.ROOT / folder, quiet=1)
    columns = shutil.get_terminal_size().columns
    try:
        outcome = vm.run(
            ("env", f"COLUMNS={columns}", f"PYTHONPATH={PYTHONPATH}", *pytest, *arguments)
        )
    except Unavailable as error:
        what = "FAILED" if vm.in_ci() else "SKIPPED"
        sys.stderr.write(f"{'*' * 72}\ntests/kernel: {what}, no virtual machine: {error}\n")
        return 1 if vm.in_ci() else UNAVAILABLE
    sys.stdout.write(
        f"kernel {outcome.kernel} ({outcome.accelerator}): booted in {outcome.booted_s:.1f} s, "
        f"{outcome.whole_s:.0f} s in all, status {outcome.status}\n"
    )
    return outcome.status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
