"""`saykey doctor` on made-up machines: tests/data/doctor.txt has their files and its findings."""

import os
import shutil
import stat
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from saykey.doctor.examine import examine
from saykey.doctor.finding import Grade, faulty, in_words
from saykey.doctor.reader import Reader

EXAMPLES = Path(__file__).parents[1] / "data" / "doctor.txt"
KINDS = {"character": stat.S_IFCHR, "file": stat.S_IFREG}


@dataclass
class Example:
    """A machine as text, and the expected lines: all, or those that are not "ok"."""

    name: str
    lines: list[str] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    everything: bool = True


def read_examples():
    examples, said = {}, False
    for line in EXAMPLES.read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line.startswith("== "):
            example = examples[line[3:]] = Example(line[3:])
            said = False
        elif line.startswith("says"):
            said, example.everything = True, line == "says"
        else:
            (example.says if said else example.lines).append(line)
    return examples


EXAMPLE = read_examples()


class MadeUp:
    """The files of an example below a folder. Device files, which only root can make, are apart."""

    def __init__(self, root, name):
        self.root = root
        self.devices = {}
        self._build(name)

    def look(self, path):
        kind, group, mode = self.devices["/" + str(path.relative_to(self.root))]
        return os.stat_result((KINDS[kind] | int(mode, 8), 0, 0, 1, 0, int(group), 0, 0, 0, 0))

    def _build(self, name):
        file = None
        for line in EXAMPLE[name].lines:
            word, _, rest = line.partition(" ")
            path, _, value = rest.partition(" = ")
            if line.startswith(" "):
                with file.open("a", encoding="utf-8") as longer:
                    longer.write(line.strip() + "\n")
            elif word == "like":
                self._build(rest)
            elif word == "without":
                self._without(rest)
            elif word == "device":
                self.devices[path] = value.split()
            elif word == "number":
                self._file(path).write_bytes(int(value).to_bytes(4, "big"))
            else:
                file = self._file(word)
                file.write_text(line.partition(" = ")[2] + "\n" if " =" in line else "", "utf-8")

    def _file(self, path):
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    def _without(self, path):
        file = self.root / path.lstrip("/")
        if path in self.devices:
            del self.devices[path]
        elif file.is_dir():
            shutil.rmtree(file)
        else:
            file.unlink()


def findings_of(root, name):
    made_up = MadeUp(root, name)

    def look(path):
        try:
            return made_up.look(path)
        except KeyError:
            raise FileNotFoundError(path) from None

    return examine(Reader(root, look).machine(["/dev/hidg0"]))


@pytest.mark.parametrize("name", EXAMPLE)
def test_the_doctor_says_of_this_machine_what_the_example_says(tmp_path, name):
    found = findings_of(tmp_path, name)
    wanted = EXAMPLE[name]
    shown = found if wanted.everything else [f for f in found if f.grade is not Grade.OK]
    assert in_words(shown).splitlines() == [line.removeprefix("    ") for line in wanted.says]


@pytest.mark.parametrize("name", [name for name in EXAMPLE if name.endswith("well")])
def test_a_machine_in_order_has_no_fault(tmp_path, name):
    assert not faulty(findings_of(tmp_path, name))
