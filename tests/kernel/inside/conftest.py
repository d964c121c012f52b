"""Fixtures of the tests on the real kernel."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT / "gadget"), str(Path(__file__).parent)]


def pytest_addoption(parser):
    parser.addoption("--characters", type=int, default=5_000, help="how many make a long text")


@pytest.fixture(scope="session")
def characters(request):
    return request.config.getoption("--characters")


@pytest.fixture(scope="session")
def computer():
    from usb_cable import the_computer

    return the_computer()
