"""`saykey run` as a service: dictated over the control socket, typed on a second computer."""

import os
import signal

import pytest
from daemon import computer, config, connected, dictated, process, saykey, typed_in_the_end

from recorded import DICTATION
from saykey.ports import Link


def test_a_dictation_over_the_control_socket_arrives_at_the_host(tmp_path) -> None:
    settings = str(config(tmp_path, f"file:{DICTATION}"))
    with (
        computer(tmp_path) as host,
        process("saykey", "run", "--verbose", "--config", settings) as device,
    ):
        with connected(tmp_path / "control.sock", device) as client:
            statuses = client.watch()
            assert saykey("press", "--config", settings).returncode == 0
            spoken = 0
            for status in statuses:
                spoken = max(spoken, status.in_flight + int(status.typing))
                if spoken and status.capture == "open" and not status.in_flight:
                    break
            assert "listening" in saykey("status", "--config", settings).stdout
            typed = typed_in_the_end(host.stdout)
            assert saykey("release", "--config", settings).returncode == 0
        assert dictated(typed)
        device.send_signal(signal.SIGTERM)
        _, log = device.communicate(timeout=30)
        assert device.returncode == 0
        assert not any(word in log for word in ("circuits", "again", "unlocked"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_end_the_daemon_in_order(tmp_path, number) -> None:
    settings = str(config(tmp_path, f"file:{DICTATION}"))
    with computer(tmp_path), process("saykey", "run", "--config", settings) as device:
        with connected(tmp_path / "control.sock", device):
            device.send_signal(number)
            _, log = device.communicate(timeout=30)
        assert device.returncode == 0
        assert "INFO ended: 0 phrases unrecognised, 0 texts held" in log


def test_a_daemon_started_by_nohup_outlives_its_terminal(tmp_path) -> None:
    settings = str(config(tmp_path, f"file:{DICTATION}"))
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # inherited, as from nohup
    try:
        with computer(tmp_path), process("saykey", "run", "--config", settings) as device:
            with connected(tmp_path / "control.sock", device):
                device.send_signal(signal.SIGHUP)
            told = saykey("status", "--socket", str(tmp_path / "control.sock"))
            assert told.returncode == 0
            device.send_signal(signal.SIGTERM)
            device.communicate(timeout=30)
            assert device.returncode == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_second_daemon_on_the_same_socket_is_refused(tmp_path) -> None:
    settings = str(config(tmp_path, f"file:{DICTATION}"))
    with (
        computer(tmp_path),
        process("saykey", "run", "--config", settings) as device,
        connected(tmp_path / "control.sock", device),
    ):
        refused = saykey("run", "--config", settings)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "in use" in refused.stderr


def test_status_without_a_daemon_says_how_to_start_one(tmp_path) -> None:
    told = saykey("status", "--socket", str(tmp_path / "none.sock"))
    assert told.returncode == 1
    assert "saykey run" in told.stderr


def test_a_microphone_that_does_not_exist_is_a_fault_and_not_a_crash(tmp_path) -> None:
    settings = str(config(tmp_path, "file:/does/not/exist.wav"))
    with (
        computer(tmp_path),
        process("saykey", "run", "--config", settings) as device,
        connected(tmp_path / "control.sock", device) as client,
    ):
        status = client.request("status")
        assert "exist.wav" in str(status.fault)
        refused = saykey("press", "--socket", str(tmp_path / "control.sock"))
        assert refused.returncode == 1
        assert "exist.wav" in refused.stderr
        assert os.path.exists(f"/proc/{device.pid}")  # noqa: PTH110  a process, not a file


def test_a_missing_model_is_reported_and_the_device_starts(tmp_path) -> None:
    settings = str(config(tmp_path, more='[recognizer]\nmodel = "saykey-dmo"\n'))
    words = saykey("settings", "check", settings).stdout.removeprefix(f"{settings}: warning: ")
    with computer(tmp_path), process("saykey", "run", "--config", settings) as device:
        assert device.stderr.readline() == f"WARNING {settings}: {words}"
        assert any("cannot be used" in line for line in device.stderr)
        assert saykey("status", "--config", settings).returncode == 0


PARTS = """
[button]
gpio = 17

[panel]
led_gpio = 27
display = "ssd1306"
i2c_port = 22
"""


def test_it_starts_with_the_parts_it_has_and_uses_those_that_come(tmp_path) -> None:
    settings = str(config(tmp_path, f"file:{DICTATION}", PARTS))
    with (
        process("saykey", "run", "--config", settings) as device,
        connected(tmp_path / "control.sock", device) as client,
    ):
        statuses = client.watch()
        lacking = next(s for s in statuses if len(s.missing) == 4)
        assert {each.part for each in lacking.missing} == {
            "button", "light", "display", "host desk",
        }  # fmt: skip
        assert "missing: " in saykey("status", "--config", settings).stdout
        with computer(tmp_path):
            found = next(s for s in statuses if len(s.missing) == 3 and s.link is Link.UP)
            assert "host desk" not in {each.part for each in found.missing}
        device.send_signal(signal.SIGTERM)
        _, log = device.communicate(timeout=30)
        assert device.returncode == 0
        assert log.count("is missing: ") <= 3  # further lines were read while the model was loaded
        assert "host desk works now" in log
        assert "Traceback" not in log


REFUSED = {
    "release": "press first",
    "type-held": "no text is held",
    "retry": "no phrase has failed",
    "use-model nosuch": "nosuch",
    "use-host nowhere": "hosts: desk",
}


def test_a_request_that_would_have_no_effect_is_refused_in_one_line(tmp_path) -> None:
    settings = str(config(tmp_path, f"file:{DICTATION}"))
    with (
        computer(tmp_path),
        process("saykey", "run", "--config", settings) as device,
        connected(tmp_path / "control.sock", device),
    ):
        for command, reason in REFUSED.items():
            refused = saykey(*command.split(), "--config", settings)
            assert refused.returncode in {1, 2}
            assert reason in refused.stderr
            assert refused.stderr.count("\n") == 1
