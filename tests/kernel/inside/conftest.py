"""What the tests of the real kernel start from."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT / "gadget"), str(Path(__file__).parent)]


@pytest.fixture(scope="session")
def computer():
    from usb_cable import Computer

    computer = Computer()
    yield computer
    computer.end()
