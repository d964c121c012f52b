"""Everything in ``inside``, run in a virtual machine on the kernel's own USB stack."""

import subprocess
import sys
from pathlib import Path

import pytest

UNAVAILABLE = 77


@pytest.mark.kernel
def test_the_keyboard_works_on_the_kernels_own_usb_stack():
    ends_with_us = ("setpriv", "--pdeathsig", "KILL")
    command = (*ends_with_us, str(Path(__file__).parent / "run"))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    sys.stdout.write(done.stdout)
    if done.returncode == UNAVAILABLE:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
