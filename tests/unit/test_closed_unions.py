"""The type checker objects to a member of a closed union that nobody handles.

test_house_rules sees to it that a `match` ends in `assert_never`. Here mypy is run on a copy of the
program whose unions have one more member, and has to object at each of these.
"""

import ast
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAYKEY, GADGET = "firmware/saykey", "gadget/saykey_gadget"

UNIONS = {
    f"{SAYKEY}/flow.py": ("Edit",),
    f"{SAYKEY}/requests.py": ("Request",),
    f"{SAYKEY}/events.py": ("SoundEvent", "PartEvent", "RecognizerEvent", "HostEvent", "Event"),
    f"{SAYKEY}/effects.py": ("HostEffect", "Effect"),
    f"{GADGET}/plan.py": ("Step",),
}
"""By module; to each union a class `Forgotten…` is added that nothing handles."""

ENUMS = {f"{SAYKEY}/flow.py": ("GestureKind",)}
"""By module; to each a member FORGOTTEN is added."""

HANDLED_IN = {
    "ForgottenEdit": {
        f"{SAYKEY}/keyboard/reports.py _spelled",
        f"{SAYKEY}/keyboard/units.py _parts",
        f"{SAYKEY}/keyboard/units.py units_in",
        f"{SAYKEY}/state/hosts.py carried_out",
    },
    "ForgottenRequest": {
        f"{SAYKEY}/state/requests.py refusal",
        f"{SAYKEY}/state/requests.py _carried_out",
    },
    "ForgottenSoundEvent": {f"{SAYKEY}/state/step.py _sound"},
    "ForgottenPartEvent": {f"{SAYKEY}/state/parts.py told"},
    "ForgottenRecognizerEvent": {f"{SAYKEY}/state/step.py _recognizer"},
    "ForgottenHostEvent": {f"{SAYKEY}/state/step.py _host"},
    "ForgottenEvent": {f"{SAYKEY}/state/step.py _happen"},
    "ForgottenHostEffect": {
        f"{SAYKEY}/host_links.py perform",
        f"{SAYKEY}/performer.py perform",
    },
    "ForgottenEffect": {f"{SAYKEY}/performer.py perform"},
    "Literal[GestureKind.FORGOTTEN]": {f"{SAYKEY}/state/button.py gesture"},
    "ForgottenStep": {
        f"{GADGET}/apply.py _holds",
        f"{GADGET}/apply.py _perform",
        f"{GADGET}/plan.py _in_words",
    },
}
"""Where each forgotten member has to be reported: file and function."""

OBJECTION = re.compile(
    r'(.+\.py):(\d+): error: Argument 1 to "assert_never" has incompatible type "(.+)"; expected'
)


def test_mypy_objects_to_a_forgotten_member_wherever_it_must_be_handled(tmp_path):
    for package in (SAYKEY, GADGET):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("data", "__pycache__")
        )
    for module, names in UNIONS.items():
        for name in names:
            add_to_union(tmp_path / module, name)
    for module, names in ENUMS.items():
        for name in names:
            add_to_enum(tmp_path / module, name)
    assert objections(tmp_path) == HANDLED_IN


def add_to_union(module, name):
    added = f"class Forgotten{name}: ...\n\n{name} = \\1Forgotten{name} | "
    rewrite(module, rf"(?m)^{name} = (\(?)", added)


def add_to_enum(module, name):
    rewrite(module, rf'(?m)^(class {name}\(Enum\):\n    """[^"]*"""\n)', r"\1    FORGOTTEN = 'x'\n")


def rewrite(module, pattern, replacement):
    text, count = re.subn(pattern, replacement, module.read_text("utf-8"))
    assert count == 1, f"{module.name}: {pattern} is there {count} times"
    module.write_text(text, "utf-8")


def objections(folder):
    """What mypy says is not handled: member to the files and functions that forgot it."""
    state = (str(path.relative_to(folder)) for path in (folder / SAYKEY / "state").glob("*.py"))
    places = {place.split()[0] for expected in HANDLED_IN.values() for place in expected}
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml",
         "--follow-imports=silent", "--cache-dir", folder / "cache", "--no-pretty",
         *sorted({*UNIONS, *ENUMS, *state, *places})],
        cwd=folder,  # mypy_path in pyproject.toml starts here
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    # 1: it has found errors; 2: it could not check at all
    assert (done.returncode, done.stderr) == (1, ""), done.stdout + done.stderr
    found = defaultdict(set)
    for file, line, members in map(re.Match.groups, OBJECTION.finditer(done.stdout)):
        for member in members.split(" | "):
            found[member].add(f"{file} {function_at(folder / file, int(line))}")
    return dict(found)


def function_at(path, line):
    """The name of the innermost function that has this line."""
    names = [
        node.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.lineno <= line <= node.end_lineno
    ]
    return names[-1]
