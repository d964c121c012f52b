"""`saykey layouts find`: the running saykey types a few keys; what they show gives the layout."""

import asyncio
import io
import sys
import threading
from pathlib import Path

import msgspec
import pytest
from story import Story

from saykey import cli
from saykey.cli.find_layout import boards, meant
from saykey.control.client import ControlClient
from saykey.control.server import ControlServer
from saykey.control.status import ModelStatus, Status
from saykey.errors import ControlError, Refused
from saykey.events import LinkChanged
from saykey.flow import Press, Stroke
from saykey.keyboard.finder import MOST_QUESTIONS, Search
from saykey.keyboard.layouts import load_layout
from saykey.keyboard.reports import Planner
from saykey.ports import Link
from saykey.requests import DictationStarted, KeysWanted
from saykey.simulated.clock import VirtualClock
from saykey.simulated.text_field import TextField
from saykey.state.requests import refusal

PATIENCE_S = 20
IDLE = Status(
    capture="off",
    host="box",
    hosts=("box",),
    link=Link.UP,
    model=ModelStatus(name="tiny.en-short", state="ready"),
)

PLANNER = Planner(load_layout("linux", "us"))


class Computer:
    """A computer with some layout and the saykey connected to it, in a thread of its own."""

    def __init__(self, socket: Path, layout: str) -> None:
        self.socket = socket
        self.field = TextField(*layout.partition("+")[::2])
        self.status = IDLE
        self.device = Story().device
        self.strokes: list[tuple[Stroke, ...]] = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(PATIENCE_S)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join()

    async def _serve(self):
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        server = ControlServer(
            self.socket,
            clock=VirtualClock(),
            ask=self._press,
            post=self._no_event,
            status=lambda: self.status,
        )
        await server.open()
        self._ready.set()
        await self._done.wait()
        await server.close()

    def _no_event(self, event):
        raise AssertionError(f"{event} was posted")

    async def _press(self, event):
        if why := refusal(self.device, event):
            raise Refused(why)
        self.strokes.append(event.strokes)
        plan = PLANNER.plan_edits(tuple(map(Press, event.strokes)))
        for report in plan.reports:
            self.field.read(report.data, at=0)


class Person:
    """Standard input: Enter at first, and then for each key what `says` makes of its effect.

    By default the terminal is on that same computer: a line is what was typed since the last one.
    """

    def __init__(self, field, says=lambda shown: shown):
        self.buffer = self
        self._field = field
        self._says = says
        self._seen = ""
        self._begun = False

    def readline(self):
        shown = self._field.text.removeprefix(self._seen)
        self._seen = self._field.text
        said = self._says(shown) if self._begun else ""
        self._begun = True
        return f"{said}\n".encode()


@pytest.fixture
def find(tmp_path, capsys, monkeypatch):
    """Run the command on a computer with this layout: exit status, output, error, keys typed."""

    def run(layout, *options, says=lambda shown: shown, stdin=None, device=None, **status):
        settings = tmp_path / "saykey.toml"
        settings.write_text('[[host]]\nname = "box"\n')
        with Computer(tmp_path / "control.sock", layout) as computer:
            computer.status = msgspec.structs.replace(IDLE, **status)
            computer.device = device or computer.device
            monkeypatch.setattr(sys, "stdin", stdin or Person(computer.field, says))
            reach = ("--config", str(settings), "--socket", str(computer.socket))
            code = cli.main(["layouts", "find", *reach, *options])
        out, err = capsys.readouterr()
        return code, out, err, computer.strokes

    return run


def found(out):
    return [line.split()[0] for line in out.split(":\n")[-2].splitlines() if line[:4] == "    "]


@pytest.mark.parametrize("name", ["us", "de", "fr", "es", "gr", "ru", "cz", "tr+f", "us+dvorak"])
def test_six_keys_in_a_terminal_on_the_computer_itself_identify_its_layout(find, name):
    code, out, err, strokes = find(name)
    assert (code, err) == (0, "")
    assert len(strokes) <= MOST_QUESTIONS
    assert name in found(out)


def test_of_layouts_alike_the_usual_one_comes_first(find):
    assert found(find("de")[1])[:2] == ["de", "at"]
    assert found(find("us")[1])[0] == "us"


def test_the_answer_ends_in_the_line_for_the_settings(find):
    _, out, _, _ = find("fr+bepo")
    assert out.endswith(
        'In the settings, under [[host]] with name = "box":\n    layout = "fr+bepo"\n'
    )


def test_a_user_at_another_computer_types_what_the_keys_showed(find):
    _, by_terminal, _, _ = find("de")
    _, by_hand, _, _ = find("de", says=str.strip)
    assert by_hand == by_terminal


def test_one_slip_is_forgiven_and_the_key_typed_once_more(find):
    slips = iter(["☃"])
    code, out, _, strokes = find("de", says=lambda shown: next(slips, shown))
    assert code == 0
    assert "No remaining layout is known to show ☃. Try once more:" in out
    assert strokes[0] == strokes[1] != strokes[2]
    assert "de" in found(out)


def test_answers_that_fit_no_layout_end_the_search_in_one_line(find):
    code, _, err, strokes = find("de", says=lambda _: "☃")
    assert code == 2
    assert err == (
        "saykey: no layout known for that computer fits the answers; `saykey layouts` lists all\n"
    )
    assert strokes[::2] == strokes[1::2]


def test_layouts_of_another_system_are_found_by_its_own_tables(find):
    _, out, _, _ = find("de", "--os", "windows")
    assert found(out) == ["de"]
    assert find("us", "--os", "beos")[2].startswith("saykey: No table is known for system 'beos'.")


def test_the_system_of_a_host_that_the_settings_lack_is_asked_for(find):
    code, _, err, strokes = find("us", host="mac", hosts=("mac",))
    assert code == 2
    assert err == "saykey: the settings have no host 'mac'; say its system with --os\n"
    assert strokes == []


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (LinkChanged("desk", Link.DOWN), "desk is down: keys can be pressed once it is up"),
        (DictationStarted(0), "a dictation is open: wait until it is done"),
        (KeysWanted((Stroke(0x04),)), "text is being typed: wait until it is done"),
    ],
)
def test_no_key_is_typed_while_the_computer_is_away_or_saykey_busy(find, happens, reason):
    story = Story()
    story.tell(happens)
    code, _, err, strokes = find("us", device=story.device)
    assert code != 0
    assert err == f"saykey: {reason}\n"
    assert strokes == []


def test_the_end_of_the_input_ends_the_search(find):
    assert find("us", stdin=io.TextIOWrapper(io.BytesIO(b"\n")))[0] == cli.INTERRUPTED


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("q \n", "q"),
        ("\n", ""),
        ("#2\n", "ö"),
        ("# \n", "#"),
        ("#3\n", "#3"),
        ("e\u0301\n", "é"),
        ("\x1bq \n", ""),
    ],
)
def test_an_answer_is_what_was_typed_or_received_or_the_number_of_one_offered(line, answer):
    assert meant(line, ("q", "ö")) == answer


@pytest.mark.parametrize("stroke", [Stroke(0x28), Stroke(0x04, 0x01), Stroke(0x4C), Stroke(0)])
def test_keys_that_are_no_text_cannot_be_asked_for(tmp_path, stroke):
    with (
        Computer(tmp_path / "control.sock", "us") as computer,
        ControlClient(computer.socket) as client,
        pytest.raises(ControlError, match="keys: "),
    ):
        client.type_keys(stroke)
    assert computer.strokes == []


def test_any_layout_is_among_those_left_after_six_true_answers(record_property):
    every = boards("linux")
    counts = []
    for board in every[::24]:
        search = Search(every)
        while (stroke := search.question()) is not None:
            search = search.answered(stroke, board.shows.get(stroke, ""))
        assert board in search.left
        assert len(search.asked) <= MOST_QUESTIONS
        counts.append(len(search.left))
    record_property("layouts left of 577 after six keys, median", sorted(counts)[len(counts) // 2])
    record_property("layouts left of 577 after six keys, at most", max(counts))
