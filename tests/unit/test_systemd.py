"""The messages to the service manager, over a real datagram socket in place of systemd's."""

import os
import socket

import pytest

from saykey.systemd import Manager, manager_of


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path):
    """A listening socket and its address, as in NOTIFY_SOCKET."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@saykey-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(name.replace("@", "\0"))
        listener.settimeout(10)
        yield listener, name


def test_each_message_is_a_datagram(manager):
    listener, address = manager
    told = Manager(address)
    told.ready()
    told.alive()
    told.stopping()
    assert [listener.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_a_status_is_one_line_and_sent_only_when_it_changes(manager):
    listener, address = manager
    told = Manager(address)
    for line in ("idle", "idle", "fault:\nREADY=0", "idle"):
        told.status(line)
    assert [listener.recv(100) for _ in range(3)] == [
        b"STATUS=idle",
        b"STATUS=fault: READY=0",
        b"STATUS=idle",
    ]


def test_a_missing_manager_gives_a_line_in_the_log_without_the_message(tmp_path, caplog):
    Manager(str(tmp_path / "absent")).status("secret")
    (line,) = caplog.messages
    assert "could not send STATUS to the service manager" in line
    assert "secret" not in line


def test_a_manager_that_takes_nothing_now_is_not_waited_for(manager):
    _, address = manager
    told = Manager(address)
    for _ in range(2_000):  # far more than net.unix.max_dgram_qlen
        told.alive()


def test_the_environment_names_the_manager_and_is_not_handed_to_children():
    environment = {
        "NOTIFY_SOCKET": "/run/notify",
        "WATCHDOG_USEC": "10000000",
        "WATCHDOG_PID": "7",
        "HOME": "/",
    }
    manager = manager_of(environment, process=7)
    assert manager.alive_every_ns == 5_000_000_000
    assert environment == {"HOME": "/"}


@pytest.mark.parametrize(
    "watchdog",
    [
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "x"},
        {"WATCHDOG_USEC": "9", "WATCHDOG_PID": "8"},
    ],
)
def test_a_watchdog_that_is_not_meant_for_this_process_gets_no_keep_alive(watchdog):
    manager = manager_of({"NOTIFY_SOCKET": "@notify"} | watchdog, process=7)
    assert manager.alive_every_ns is None


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "relative"])
def test_without_a_socket_there_is_no_manager(address):
    assert manager_of({"NOTIFY_SOCKET": address}, process=7) is None
