"""Seeds of the property tests: the same examples each time, or new ones on request.

SAYKEY_SEED unset: examples are derived from the tests, so every run checks the same ones.
SAYKEY_SEED=fresh: new ones, from a seed that the header prints; SAYKEY_SEED=NUMBER repeats those.
"""

import os
import secrets

import pytest
from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("fresh", derandomize=False, deadline=None, print_blob=True)

_WANTED = os.environ.get("SAYKEY_SEED", "fixed")
settings.load_profile("fixed" if _WANTED == "fixed" else "fresh")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    if _WANTED == "fixed" or config.getoption("hypothesis_seed") is not None:
        return
    # Hypothesis reads its own option in its pytest_configure, and so do the workers of xdist.
    config.option.hypothesis_seed = secrets.randbits(32) if _WANTED == "fresh" else int(_WANTED)


def pytest_collection_modifyitems(items):
    """Run the virtual machine first: it takes longest, and other workers run beside it."""
    items.sort(key=lambda item: item.get_closest_marker("kernel") is None)


def pytest_report_header(config):
    if _WANTED == "fixed":
        return "property tests: fixed examples (SAYKEY_SEED=fresh for new ones)"
    return f"property tests: SAYKEY_SEED={config.getoption('hypothesis_seed')} repeats this run"


def pytest_terminal_summary(terminalreporter):
    """Print the figures that tests recorded, also when all tests passed."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")
