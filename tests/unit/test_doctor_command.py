"""`saykey doctor` as a command, and what config.txt means on a board."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saykey import cli
from saykey.doctor import bootconfig
from saykey.doctor.boards import board_of
from saykey.doctor.examine import examine
from saykey.doctor.machine import BootFile, Machine

WITHOUT_USB = '[[host]]\ntransport = "socket:host.sock"\n'


@pytest.fixture
def doctor(tmp_path, capsys):
    """Run it on the files below tmp_path: exit status, standard output, standard error."""

    def run(*arguments, settings="", root=tmp_path):
        file = tmp_path / "saykey.toml"
        file.write_text(settings)
        options = ["--config", str(file), "--root", str(root), *arguments]
        status = cli.main(["doctor", *options])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def test_a_fault_is_printed_with_its_remedy_and_the_status_is_1(doctor):
    status, out, err = doctor()
    assert (status, err) == (1, "")
    assert "ok      settings   " in out
    assert "fault   board " in out
    assert "-> use a Pi Zero 2 W" in out


def test_without_a_fault_the_status_is_0(doctor):
    status, out, _ = doctor(settings=WITHOUT_USB)
    assert status == 0
    assert "advice  usb        no [[host]] in the settings uses USB" in out


def test_as_json_each_finding_is_an_object_on_a_line(doctor):
    _, out, _ = doctor("--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert [finding["check"] for finding in found] == ["settings", "board"]
    assert found[1]["grade"] == "fault"
    assert set(found[1]) == {"check", "grade", "text", "remedy"}


def test_wrong_settings_are_a_fault_and_the_rest_is_still_checked(doctor):
    status, out, _ = doctor(settings="[button]\nmode = 1\n")
    assert status == 1
    assert "fault   settings" in out
    assert "fault   board" in out


def test_each_thing_that_settings_check_finds_is_a_fault(doctor):
    wrong = '[recognizer]\nmodel = "saykey-dmo"\n[[host]]\nname = "b"\nlayout = "uk"\n'
    status, out, _ = doctor(settings=WITHOUT_USB + wrong)
    assert status == 1
    told = " ".join(out.split())
    assert 'fault settings [recognizer] model = "saykey-dmo": there is no model' in told
    assert 'fault settings [[host]] "b": layout = "uk" is not known for os = "linux" -> did' in told


def test_only_usb_devices_of_the_settings_are_checked(doctor, tmp_path):
    (tmp_path / "sys/class/udc/dummy_udc.0").mkdir(parents=True)
    gadget = tmp_path / "sys/kernel/config/usb_gadget/saykey"
    (gadget / "functions/hid.saykey").mkdir(parents=True)
    (gadget / "UDC").write_text("dummy_udc.0\n")
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/mounts").write_text("none /sys/kernel/config configfs rw 0 0\n")
    _, out, _ = doctor(settings=WITHOUT_USB + '[[host]]\ntransport = "usb:/dev/hidg7"\nname="x"\n')
    assert "fault   device     there is no /dev/hidg7" in out


def test_what_may_not_be_read_is_reported():
    told = examine(Machine(unreadable=("/boot/firmware/config.txt",)))[-1]
    assert "/boot/firmware/config.txt" in told.text
    assert told.remedy == "sudo saykey doctor"


@pytest.mark.parametrize(
    ("model", "filters"),
    [
        ("Raspberry Pi Zero 2 W Rev 1.0", "pi0 pi0w pi02"),
        ("Raspberry Pi 3 Model A Plus Rev 1.0", "pi3 pi3+"),
        ("Raspberry Pi 4 Model B Rev 1.5", "pi4"),
        ("Raspberry Pi 400 Rev 1.1", "pi4 pi400"),
        ("Raspberry Pi Compute Module 4 Rev 1.1", "pi4 cm4"),
        ("Raspberry Pi Compute Module 4S Rev 1.0", "pi4 cm4s"),
        ("Raspberry Pi 5 Model B Rev 1.1", "pi5"),
        ("Raspberry Pi Compute Module 5 Lite Rev 1.0", "pi5 cm5"),
    ],
)
def test_a_board_reads_the_sections_of_its_own_filters(model, filters):
    assert board_of(model).filters == set(filters.split())


@pytest.mark.parametrize("model", ["", "Raspberry Pi 6 Model B", "BeagleBone Black"])
def test_an_unknown_model_is_no_known_board(model):
    assert board_of(model) is None


def held(text, *filters):
    """The values of the lines a=VALUE that apply."""
    lines = bootconfig.lines((BootFile("/boot/config.txt", text),), frozenset(filters))
    return [line.value for line in lines if line.holds and line.key == "a"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a=1\n[pi4]\na=2\n[pi5]\na=3\n[all]\na=4", ["1", "2", "4"]),
        ("[none]\na=1\n[pi4]\na=2\n[all]\na=3", ["3"]),
        ("[tryboot]\na=1", []),
        ("[EDID=VSC-TD2220]\n[pi5]\na=1\n[pi4]\na=2", ["2"]),
        ("#a=1\n  a=2  \n[ pi4 ]\na=3", ["2", "3"]),
    ],
)
def test_filters_hold_until_the_next_of_their_kind_or_all(text, values):
    assert held(text, "pi4") == values


def test_files_that_include_each_other_do_not_loop():
    files = (
        BootFile("/boot/config.txt", "include more.txt\na=1"),
        BootFile("/boot/more.txt", "a=2\ninclude config.txt"),
    )
    assert bootconfig.lines(files, frozenset())


@given(st.text(alphabet="[]=#,\n adtoverlayparmcdr_mode2wcincludepi45x:", max_size=200))
def test_config_txt_may_hold_any_text(text):
    files = (BootFile("/boot/config.txt", text), BootFile("/boot/x", text))
    examine(Machine(model="Raspberry Pi 5 Model B", boot=files))
