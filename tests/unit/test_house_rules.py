"""The rules of the house that a program can check: imports, and lengths of files and functions.

When a rule fails, mend the code. Widening a table here is a decision and needs a record in
docs/decisions.
"""

import ast
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIRMWARE = ROOT / "firmware"
PACKAGE = FIRMWARE / "saykey"
GADGET = ROOT / "gadget/saykey_gadget"

MODULES = {
    ".".join(path.relative_to(FIRMWARE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

# What `saykey --help` may load besides the standard library, and which parts of that it may not.

LOADED_FOR_HELP = {"saykey", "saykey.cli", "saykey.cli.streams", "saykey.errors"}
OTHERS_LOADED_FOR_HELP = {"click"}
TOO_HEAVY_FOR_HELP = {
    "asyncio",
    "concurrent",
    "ctypes",
    "email",
    "http",
    "json",
    "logging",
    "multiprocessing",
    "pathlib",
    "socket",
    "ssl",
    "subprocess",
    "tempfile",
    "tomllib",
    "urllib",
}

# Pure modules as patterns of names, and what none of them may import.

PURE = (
    "saykey.flow",
    "saykey.events",
    "saykey.effects",
    "saykey.requests",
    "saykey.errors",
    "saykey.settings.check",
    "saykey.settings.contradictions",
    "saykey.settings.finding",
    "saykey.settings.reload",
    "saykey.settings.schema",
    "saykey.settings.text",
    "saykey.journal",
    "saykey.latency",
    "saykey.looks",
    "saykey.state",
    "saykey.state.*",
    "saykey.text",
    "saykey.text.*",
    "saykey.keyboard.alternatives",
    "saykey.keyboard.erase",
    "saykey.keyboard.finder",
    "saykey.keyboard.forms",
    "saykey.keyboard.layout_search",
    "saykey.keyboard.locks",
    "saykey.keyboard.pace",
    "saykey.keyboard.progress",
    "saykey.keyboard.profile",
    "saykey.keyboard.reports",
    "saykey.keyboard.similar",
    "saykey.keyboard.strokes",
    "saykey.keyboard.unicode",
    "saykey.keyboard.units",
    "saykey.speech.cutter",
    "saykey.speech.loudness",
    "saykey.speech.onset",
    "saykey.speech.quiet",
    "saykey.speech.tape",
    "saykey.panel.gestures",
    "saykey.panel.fit",
    "saykey.panel.screen",
    "saykey.panel.screens",
    "saykey.panel.screens.*",
    "saykey.panel.view",
    "saykey.control.protocol",
    "saykey.control.requests",
    "saykey.control.status",
    "saykey.doctor.boards",
    "saykey.doctor.bootconfig",
    "saykey.doctor.examine",
    "saykey.doctor.finding",
    "saykey.doctor.machine",
    "saykey.doctor.port",
    "saykey.doctor.power",
    "saykey.doctor.usb",
    "saykey.listening.timeline",
    "saykey.measure.datasets.item",
    "saykey.measure.report.svg",
    "saykey.measure.scoring.kinds",
    "saykey.measure.scoring.normal",
    "saykey.offline.dictated",
    "saykey.offline.recorded_time",
    "saykey.recognizer.protocol",
    "saykey.recognizer.tally",
    "saykey.recognizer.time_limits",
    "saykey.recognizer.whisper.decoding",
    "saykey.recognizer.whisper.guards",
    "saykey.recognizer.whisper.inventions",
    "saykey.recognizer.whisper.passes",
    "saykey.recognizer.whisper.retries",
    "saykey.recognizer.whisper.window",
    "saykey.models.formats.contents",
    "saykey.models.formats.ggml",
    "saykey.models.formats.gguf",
    "saykey.models.formats.gguf_whisper",
    "saykey.models.formats.detect",
    "saykey.models.formats.mel",
    "saykey.models.formats.number_formats",
    "saykey.models.formats.tensor_names",
    "saykey.models.formats.reader",
    "saykey.models.formats.tensors",
    "saykey.models.formats.tokens",
    "saykey.outbox.kept",
)
IMPURE = {
    "alsaaudio",
    "asyncio",
    "gpiozero",
    "lgpio",
    "logging",
    "luma",
    "multiprocessing",
    "os",
    "random",
    "select",
    "serial",
    "signal",
    "smbus2",
    "socket",
    "soundfile",
    "subprocess",
    "threading",
    "time",
}

# Rooms import the common modules and their own.

ROOMS = (
    "audio",
    "control",
    "doctor",
    "hub",
    "journal",
    "keyboard",
    "latency",
    "measure",
    "models",
    "outbox",
    "panel",
    "recognizer",
    "speech",
    "state",
    "systemd",
    "text",
    "transport",
)
COMMON = {"clock", "effects", "errors", "events", "flow", "ports", "requests", "settings"}
WIRING = {
    "__main__",
    "adapters",
    "app",
    "attach",
    "checks",
    "cli",
    "keeper",
    "host_links",
    "listening",
    "looks",
    "offline",
    "performer",
    "simulated",
}
"""These join rooms and may import any of them. adapters chooses the adapters named in the settings,
app wires the rooms, performer hands effects to them, listening hands the microphone's frames to the
speech room, checks asks the rooms what is wrong with the settings, looks turns the device state
into what panel and control show, keeper hands the state to outbox and systemd, and offline runs the
state on recordings."""
MAY_ALSO_IMPORT = {
    "hub": {"state"},
    "measure": {"models", "recognizer"},  # it runs the engines on the models
    "recognizer": {"models"},  # the worker checks the very bytes it loads
    "outbox": {"state"},  # it keeps what the state holds
    "panel": {"state"},  # it shows the device state, and never changes it
    "state": {"text"},  # how a piece joins the one before is part of what is typed
}
FLOORS = {
    "saykey.models.formats": ("saykey.models.store", "saykey.models.fetch"),
    "saykey.models.store": ("saykey.models.fetch",),
}
"""Packages, and what is above them: nothing inside a package may import it."""
ENGINES = {"saykey.recognizer": ("saykey.recognizer.whisper",)}
"""Rooms that supervise engines, and the packages of single engines, which they may not import."""
HARDWARE = {"alsaaudio", "gpiozero", "lgpio", "luma", "smbus2"}
"""Libraries that only a device has. They are imported inside functions."""

# Length, with some room above the goal of 250 lines a file and 40 a function.

LONGEST_FILE = 260
LONGEST_FUNCTION = 45

CATCHES_EVERYTHING: set[str] = set()
"""Files with a supervisor that may catch Exception, logs it and reports Failed."""

MATCHES_OVER_OPEN_SETS = {
    ("firmware/saykey/models/fetch/http.py", "_in_words"),  # urllib3 may raise further errors
}
"""Functions in which the last case of a `match` may act on every value that is left."""

NAMED_NOWHERE = tuple(
    re.compile(pattern)
    for pattern in (
        # Written in pieces, so that no pattern matches this file.
        r"(?<![\w.])/(?:work|tmp|root|opt)(?=/)/[\w.]",
        r"(?:p[y]pi|python[h]osted)\.(?:org|io)",
        r"--(?:extra-)?index-url[= ]\S|--find-links[= ]\S|--trusted-host[= ]\S",
    )
)
NAMES_MADE_UP = {"tests/unit/test_house_rules.py"}
"""Files in which such names are examples only."""


def tree_of(path):
    return ast.parse(path.read_text("utf-8"), str(path))


def imports_of(tree):
    """(module, line) of each import, also inside functions, except those for type checkers only."""
    skipped = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for part in node.body
        for inner in ast.walk(part)
    }
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            # `from saykey import events` imports saykey.events
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield (inner if inner in MODULES else node.module), node.lineno


def part_of_the_house(module):
    """The room or top-level module that holds a module of the package."""
    return f"{module}.".split(".")[1]


def pure_modules():
    return [name for name in MODULES if any(fnmatch(name, pattern) for pattern in PURE)]


def everything_it_loads(name):
    """A module and all modules of the package that importing it loads."""
    loaded, waiting = set(), {name}
    while waiting:
        loaded |= waiting
        waiting = {
            imported
            for module in waiting
            for imported, _ in imports_of(tree_of(MODULES[module]))
            if imported in MODULES
        } - loaded
    return sorted(loaded)


def place(path, line):
    return f"{path.relative_to(ROOT)}:{line}"


def help_imports():
    """Modules that `saykey --help` loads and an empty Python does not."""

    def loaded(*command):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", *command],
            capture_output=True,
            text=True,
            check=True,
        )
        lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
        return {line.rpartition("|")[2].strip() for line in lines}

    return loaded("-m", "saykey", "--help") - loaded("-c", "import runpy")


def test_the_help_loads_only_what_it_needs():
    modules = help_imports()
    assert {name for name in modules if name.partition(".")[0] == "saykey"} == LOADED_FOR_HELP
    tops = {name.partition(".")[0] for name in modules}
    assert tops & TOO_HEAVY_FOR_HELP == set()
    assert tops - sys.stdlib_module_names - {"saykey"} == OTHERS_LOADED_FOR_HELP


def test_pure_modules_import_no_clock_no_loop_and_no_device():
    found = [
        f"{name} is pure, but {place(MODULES[needed], line)} imports {imported}"
        for name in pure_modules()
        for needed in everything_it_loads(name)
        for imported, line in imports_of(tree_of(MODULES[needed]))
        if imported.partition(".")[0] in IMPURE
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_the_common_modules_and_itself(room):
    allowed = COMMON | {"", room} | MAY_ALSO_IMPORT.get(room, set())
    found = [
        f"{place(path, line)} imports {imported}"
        for name, path in MODULES.items()
        if part_of_the_house(name) == room
        for imported, line in imports_of(tree_of(path))
        if imported.partition(".")[0] == "saykey" and part_of_the_house(imported) not in allowed
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("floor", FLOORS)
def test_a_package_imports_nothing_that_is_above_it(floor):
    found = [
        f"{place(path, line)} imports {imported}"
        for name, path in MODULES.items()
        if f"{name}.".startswith(f"{floor}.")
        for imported, line in imports_of(tree_of(path))
        if any(f"{imported}.".startswith(f"{above}.") for above in FLOORS[floor])
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("room", ENGINES)
def test_what_supervises_engines_imports_none_of_them(room):
    def is_of_an_engine(module):
        return any(f"{module}.".startswith(f"{engine}.") for engine in ENGINES[room])

    found = [
        f"{place(path, line)} imports {imported}"
        for name, path in MODULES.items()
        if f"{name}.".startswith(f"{room}.") and not is_of_an_engine(name)
        for imported, line in imports_of(tree_of(path))
        if is_of_an_engine(imported)
    ]
    assert not found, "\n" + "\n".join(found)
    packages = {name for name, path in MODULES.items() if path.name == "__init__.py"}
    inside = {name for name in packages if name.startswith(f"{room}.")}
    assert inside == set(ENGINES[room]), "each engine is a package of its own, listed here"


def test_every_module_belongs_to_a_room_or_is_listed():
    known = {"", *ROOMS, *COMMON, *WIRING}
    assert {name for name in MODULES if part_of_the_house(name) not in known} == set()


def test_common_modules_import_no_room():
    found = [
        f"{place(path, line)} imports {imported}"
        for name, path in MODULES.items()
        if part_of_the_house(name) in COMMON
        for imported, line in imports_of(tree_of(path))
        if imported.startswith("saykey.") and part_of_the_house(imported) in {*ROOMS, *WIRING}
    ]
    assert not found, "\n" + "\n".join(found)


def test_libraries_of_the_device_are_imported_inside_functions():
    found = []
    for path in MODULES.values():
        tree = tree_of(path)
        outside = ast.Module([node for node in tree.body if not defines(node)], [])
        found += [
            f"{place(path, line)} imports {imported}"
            for imported, line in imports_of(outside)
            if imported.partition(".")[0] in HARDWARE
        ]
    assert not found, "\n" + "\n".join(found)


def defines(node):
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def our_files():
    return sorted([*FIRMWARE.rglob("*.py"), *GADGET.rglob("*.py")])


def functions_in(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_grows_too_long():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in our_files()
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


def test_no_function_grows_too_long():
    found = [
        f"{place(path, node.lineno)} {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path in our_files()
        for node in functions_in(tree_of(path))
        if node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not found, "\n" + "\n".join(found)


def test_only_supervisors_catch_everything():
    found = [
        place(path, node.lineno)
        for path in our_files()
        if str(path.relative_to(ROOT)) not in CATCHES_EVERYTHING
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or {"Exception", "BaseException"} & names_in(node.type))
        and not passes_it_on(node)
    ]
    assert not found, "\n" + "\n".join(found)


def passes_it_on(handler):
    """Whether a handler only cleans up: its last statement is a bare raise."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def names_in(expression):
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}


def test_the_last_case_of_a_match_takes_what_is_left_and_forgets_no_member_of_a_union():
    found, excepted = [], set()
    for path in our_files():
        for function, match in matches_in(tree_of(path)):
            where = str(path.relative_to(ROOT)), function
            if where in MATCHES_OVER_OPEN_SETS:
                excepted.add(where)
            elif not is_well_ended(match):
                found.append(f"{place(path, match.lineno)} end it in `case _: assert_never(…)`")
    assert not found, "\n" + "\n".join(found)
    assert excepted == MATCHES_OVER_OPEN_SETS, "the table names a function that has no match"


def matches_in(tree):
    """Each match, and the name of the innermost function around it."""
    function_of = {
        node: function.name for function in functions_in(tree) for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Match):
            yield function_of.get(node, ""), node


def is_well_ended(match):
    """Whether the last case takes whatever is left, and only objects to it or does nothing."""
    last = match.cases[-1]
    if last.guard is not None or not takes_anything(last.pattern):
        return False
    return [ast.unparse(statement).partition("(")[0] for statement in last.body] in (
        ["assert_never"],
        ["pass"],
        ["return"],
        ["return None"],
    ) or isinstance(last.body[0], ast.Raise)


def takes_anything(pattern):
    if isinstance(pattern, ast.MatchOr):
        return any(map(takes_anything, pattern.patterns))
    return isinstance(pattern, ast.MatchAs) and (
        pattern.pattern is None or takes_anything(pattern.pattern)
    )


@pytest.mark.parametrize(
    "last",
    [
        "case _: assert_never(x)",
        "case rest: assert_never(rest)",
        "case B() | _: pass",
        "case _: return",
        "case _: return None",
        "case _: raise ValueError(x)",
    ],
)
def test_a_match_may_end_in_an_objection_or_in_nothing(last):
    assert is_well_ended(ast.parse(f"match x:\n case A(): f(x)\n {last}").body[0])


@pytest.mark.parametrize(
    "last",
    [
        "case B(): f(x)",
        "case _ if x: pass",
        "case _: f(x)",
        "case rest: return rest",
        "case A() | _: f(x)",
        "case _: return f(x)",
        "case _: f(x); assert_never(x)",
    ],
)
def test_a_match_that_would_swallow_a_forgotten_member_is_found(last):
    assert not is_well_ended(ast.parse(f"match x:\n case A(): f(x)\n {last}").body[0])


def test_no_file_names_the_machine_it_was_made_on_or_a_package_registry():
    found = [
        f"{name}:{number} {match.group()}"
        for name in project_files()
        if name not in NAMES_MADE_UP
        for number, line in enumerate(text_of(ROOT / name).splitlines(), start=1)
        for pattern in NAMED_NOWHERE
        if (match := pattern.search(line))
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "socket:/tmp/x.sock",
        "https://files.python" + "hosted.org/simple",
        "--index-url https://example.org",
    ],
)
def test_the_search_finds_names_that_must_not_be_there(line):
    assert any(pattern.search(line) for pattern in NAMED_NOWHERE)


def project_files():
    """All files git knows or would add, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def text_of(path):
    """The text of a file; empty if the file is no text."""
    data = path.read_bytes()
    return "" if b"\0" in data[:4096] else data.decode("utf-8", "replace")
