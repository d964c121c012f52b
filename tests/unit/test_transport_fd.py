"""The descriptor transport over real sockets and a pseudo terminal in place of /dev/hidg0."""

import asyncio
import contextlib
import errno
import os
import pty
import signal
import socket
import subprocess
import sys
import tty
from collections.abc import Awaitable, Callable

import pytest

from saykey.adapters import endpoint_of
from saykey.errors import HardwareError, LinkLost
from saykey.flow import ALL_UP, Report
from saykey.ports import Link
from saykey.simulated.clock import VirtualClock
from saykey.transport.fd import FdTransport
from saykey.transport.socket import HostSocket
from saykey.transport.usb import UsbGadget

MS = 1_000_000
A = Report(bytes([0, 0, 4, 0, 0, 0, 0, 0]))
FILLER = b"read by nobody"


class Wire:
    """An endpoint; the test holds its other end, ``far``. ``away`` is the error of connecting."""

    path = "wire"
    advice = "hold the other end."

    def __init__(self, *, acknowledges: bool) -> None:
        self.acknowledges = acknowledges
        self.away: int | None = None
        self.attempts = 0
        self.asleep = False
        self.wake_ups = 0
        self.closed = False
        self.far = socket.socket()

    def connect(self) -> int:
        self.attempts += 1
        if self.away is not None:
            raise OSError(self.away, os.strerror(self.away))
        self.far.close()
        near, self.far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        near.setblocking(False)
        self.far.setblocking(False)
        self.near = near.detach()
        return self.near

    def stop_polling(self) -> None:
        """Fill the queue, as with reports that the host does not read."""
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(self.near, FILLER)

    def sleeps(self) -> bool:
        return self.asleep

    def wake(self) -> None:
        self.wake_ups += 1

    def close(self) -> None:
        self.closed = True

    def read(self) -> list[bytes]:
        reports = []
        try:
            while report := self.far.recv(64):
                reports.append(report)
        except BlockingIOError:
            pass
        return [report for report in reports if report != FILLER]


class Rig:
    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.clock = VirtualClock()
        self.transport = FdTransport(wire, self.clock)
        self.links: list[Link] = []
        self.leds: list[int] = []

    async def open(self) -> None:
        await self.transport.open(self.links.append, self.leds.append)


def play(wire: Wire, scene: Callable[[Rig], Awaitable[None]]) -> None:
    async def perform() -> None:
        rig = Rig(wire)
        try:
            async with asyncio.timeout(20):
                await scene(rig)
        finally:
            await rig.transport.close()
            wire.far.close()

    asyncio.run(perform())


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_each_report_goes_out_as_one_message_of_eight_bytes():
    async def scene(rig: Rig) -> None:
        await rig.open()
        await rig.transport.send(A)
        await rig.transport.send(ALL_UP)
        assert rig.wire.read() == [A.data, bytes(8)]
        assert rig.links == [Link.UP]

    play(Wire(acknowledges=False), scene)


def test_a_full_queue_is_waited_for_and_nothing_is_lost_or_doubled():
    async def scene(rig: Rig) -> None:
        await rig.open()
        sent = [Report(bytes([0, 0, n % 200, n // 200, 0, 0, 0, 0])) for n in range(1000)]

        async def send_all() -> None:
            for report in sent:
                await rig.transport.send(report)

        sending = asyncio.create_task(send_all())
        await turns()
        assert not sending.done(), "the socket took a thousand messages unread"
        seen: list[bytes] = []
        while not sending.done():
            seen += rig.wire.read()
            await asyncio.sleep(0)
        await sending
        seen += rig.wire.read()
        assert seen == [report.data for report in sent]

    play(Wire(acknowledges=False), scene)


def test_where_reads_are_acknowledged_two_reports_at_most_are_unread():
    async def scene(rig: Rig) -> None:
        await rig.open()
        await rig.transport.send(A)
        await rig.transport.send(ALL_UP)
        third = asyncio.create_task(rig.transport.send(A))
        await turns()
        assert not third.done()
        assert rig.wire.read() == [A.data, ALL_UP.data]
        await turns()
        assert not third.done()
        rig.wire.far.send((1).to_bytes(2, "little"))
        await third
        assert rig.wire.read() == [A.data]

    play(Wire(acknowledges=True), scene)


def test_a_send_cancelled_while_it_waits_was_not_sent():
    async def scene(rig: Rig) -> None:
        await rig.open()
        await rig.transport.send(A)
        await rig.transport.send(A)
        third = asyncio.create_task(rig.transport.send(ALL_UP))
        await turns()
        third.cancel()
        await asyncio.wait({third})
        assert third.cancelled()
        assert rig.wire.read() == [A.data, A.data]
        rig.wire.far.send((2).to_bytes(2, "little"))
        await turns()
        await rig.transport.send(ALL_UP)
        assert rig.wire.read() == [ALL_UP.data]

    play(Wire(acknowledges=True), scene)


def test_lock_lights_are_handed_on_in_order():
    async def scene(rig: Rig) -> None:
        await rig.open()
        for leds in (0, 2, 3):
            rig.wire.far.send(bytes([leds]))
        await turns()
        assert rig.leds == [0, 2, 3]

    play(Wire(acknowledges=False), scene)


def test_a_host_that_goes_away_is_noticed_at_once_and_tried_every_half_second():
    async def scene(rig: Rig) -> None:
        await rig.open()
        rig.wire.away = errno.ECONNREFUSED
        rig.wire.far.close()
        await turns()
        assert rig.links == [Link.UP, Link.DOWN]
        with pytest.raises(LinkLost, match="wire"):
            await rig.transport.send(A)
        await rig.clock.advance_to(1600 * MS)
        assert rig.wire.attempts == 1 + 3
        assert rig.links == [Link.UP, Link.DOWN]
        rig.wire.away = None
        await rig.clock.advance_to(2000 * MS)
        assert rig.links == [Link.UP, Link.DOWN, Link.UP]
        await rig.transport.send(A)
        assert rig.wire.read() == [A.data]
        await rig.clock.advance_to(9000 * MS)
        assert rig.wire.attempts == 1 + 4

    play(Wire(acknowledges=True), scene)


def test_a_waiting_send_fails_when_the_host_goes_away():
    async def scene(rig: Rig) -> None:
        await rig.open()
        await rig.transport.send(A)
        await rig.transport.send(A)
        third = asyncio.create_task(rig.transport.send(A))
        await turns()
        rig.wire.far.close()
        with pytest.raises(LinkLost):
            await third

    play(Wire(acknowledges=True), scene)


def test_a_host_that_comes_back_acknowledges_no_reports_it_never_had():
    async def scene(rig: Rig) -> None:
        await rig.open()
        await rig.transport.send(A)
        await rig.transport.send(A)
        rig.wire.far.close()
        await turns()
        await rig.clock.advance_to(600 * MS)
        await rig.transport.send(A)
        await rig.transport.send(ALL_UP)
        assert rig.wire.read() == [A.data, ALL_UP.data]

    play(Wire(acknowledges=True), scene)


@pytest.mark.parametrize("away", [errno.ESHUTDOWN, errno.ENODEV, errno.ECONNREFUSED])
def test_no_host_at_the_start_is_a_link_that_is_down_not_an_error(away):
    async def scene(rig: Rig) -> None:
        rig.wire.away = away
        await rig.open()
        assert rig.links == [Link.DOWN]
        rig.wire.away = None
        await rig.clock.advance_to(500 * MS)
        assert rig.links == [Link.DOWN, Link.UP]

    play(Wire(acknowledges=False), scene)


@pytest.mark.parametrize("refusal", [errno.ENOENT, errno.EACCES, errno.EBUSY])
def test_a_device_file_that_is_gone_for_two_seconds_closes_the_transport_which_can_be_opened_again(
    refusal,
):
    async def scene(rig: Rig) -> None:
        await rig.open()
        rig.wire.away = refusal
        rig.wire.far.close()
        await turns()
        await rig.clock.advance_to(1900 * MS)
        assert rig.links == [Link.UP, Link.DOWN]
        await rig.clock.advance_to(9000 * MS)
        assert rig.links == [Link.UP, Link.DOWN, Link.UNKNOWN]
        assert rig.wire.closed
        assert rig.wire.attempts == 1 + 4
        with pytest.raises(HardwareError, match="hold the other end"):
            await rig.open()
        rig.wire.away = None
        await rig.open()
        await rig.transport.send(A)
        assert rig.wire.read() == [A.data]

    play(Wire(acknowledges=False), scene)


def test_a_gadget_that_is_set_up_anew_in_less_is_found_by_the_transport_itself():
    async def scene(rig: Rig) -> None:
        await rig.open()
        rig.wire.far.close()
        for away in (errno.ENOENT, errno.ESHUTDOWN, errno.ENOENT):
            rig.wire.away = away
            await turns()
            await rig.clock.advance_to(rig.clock.now() + 1500 * MS)
        rig.wire.away = None
        await rig.clock.advance_to(rig.clock.now() + 500 * MS)
        assert rig.links == [Link.UP, Link.DOWN, Link.UP]

    play(Wire(acknowledges=False), scene)


def test_a_closed_transport_takes_nothing_calls_nobody_and_stops_trying():
    async def scene(rig: Rig) -> None:
        await rig.open()
        rig.wire.far.close()
        await turns()
        await rig.transport.close()
        await rig.clock.advance_to(5000 * MS)
        assert rig.wire.attempts == 1
        assert rig.links == [Link.UP, Link.DOWN]
        with pytest.raises(LinkLost):
            await rig.transport.send(A)

    play(Wire(acknowledges=False), scene)


def test_a_host_that_fell_asleep_while_idle_is_reported_within_a_second_and_gets_no_keys():
    async def scene(rig: Rig) -> None:
        await rig.open()
        rig.wire.asleep = True
        rig.wire.stop_polling()
        await rig.clock.advance_to(1000 * MS)
        assert rig.links == [Link.UP, Link.ASLEEP]
        with pytest.raises(LinkLost, match="it sleeps"):
            await rig.transport.send(A)

    play(Wire(acknowledges=False), scene)


def test_a_host_that_polls_again_is_reported_and_has_read_keys_up_first():
    async def scene(rig: Rig) -> None:
        await rig.open()
        rig.wire.asleep = True
        await rig.clock.advance_to(1000 * MS)
        assert rig.wire.read() == [bytes(8)] * 2
        rig.wire.stop_polling()
        await rig.clock.advance_to(5000 * MS)
        assert rig.links == [Link.UP, Link.ASLEEP]
        assert rig.wire.read() == []
        rig.wire.asleep = False
        await rig.clock.advance_to(6000 * MS)
        assert rig.links == [Link.UP, Link.ASLEEP, Link.UP]
        await rig.transport.send(A)
        assert rig.wire.read() == [bytes(8), A.data]

    play(Wire(acknowledges=False), scene)


def test_a_sleeping_host_is_woken_once_and_found_awake_soon():
    async def scene(rig: Rig) -> None:
        await rig.open()
        rig.wire.asleep = True
        rig.wire.stop_polling()
        await rig.clock.advance_to(1000 * MS)
        for _ in range(3):
            await rig.transport.wake()
        assert rig.wire.wake_ups == 1
        rig.wire.asleep = False
        rig.wire.read()
        await rig.clock.advance_to(1060 * MS)
        assert rig.links == [Link.UP, Link.ASLEEP, Link.UP]

    play(Wire(acknowledges=False), scene)


def test_a_host_that_sleeps_on_may_be_woken_again_after_ten_seconds():
    async def scene(rig: Rig) -> None:
        await rig.open()
        rig.wire.asleep = True
        rig.wire.stop_polling()
        await rig.clock.advance_to(1000 * MS)
        await rig.transport.wake()
        await rig.clock.advance_to(10_900 * MS)
        await rig.transport.wake()
        assert rig.wire.wake_ups == 1
        await rig.clock.advance_to(11_000 * MS)
        await rig.transport.wake()
        assert rig.wire.wake_ups == 2

    play(Wire(acknowledges=False), scene)


def test_a_host_that_polls_nothing_for_seconds_counts_as_asleep():
    async def scene(rig: Rig) -> None:
        await rig.open()
        rig.wire.stop_polling()
        waiting = asyncio.create_task(rig.transport.send(A))
        await rig.clock.advance_to(1900 * MS)
        assert not waiting.done()
        await rig.clock.advance_to(3000 * MS)
        with pytest.raises(LinkLost, match="it sleeps"):
            await waiting
        assert rig.links == [Link.UP, Link.ASLEEP]

    play(Wire(acknowledges=False), scene)


def test_a_slow_host_is_not_asleep():
    async def scene(rig: Rig) -> None:
        await rig.open()
        for at_ms in range(900, 9000, 900):
            rig.wire.stop_polling()
            waiting = asyncio.create_task(rig.transport.send(A))
            await rig.clock.advance_to(at_ms * MS)
            assert rig.wire.read() == []
            await waiting
            assert rig.wire.read() == [A.data]
        assert rig.links == [Link.UP]

    play(Wire(acknowledges=False), scene)


def test_a_host_asleep_at_the_start_is_reported_as_asleep():
    async def scene(rig: Rig) -> None:
        rig.wire.asleep = True
        await rig.open()
        assert rig.links == [Link.ASLEEP]

    play(Wire(acknowledges=False), scene)


def test_a_sleeping_host_that_is_unplugged_is_reported():
    async def scene(rig: Rig) -> None:
        rig.wire.asleep = True
        await rig.open()
        rig.wire.away = errno.ESHUTDOWN
        rig.wire.far.close()
        await turns()
        assert rig.links == [Link.ASLEEP, Link.DOWN]

    play(Wire(acknowledges=False), scene)


class Counter(Wire):
    """An event counter that is nearly full: writable, yet it refuses more than 1 (eventfd(2)).

    dwc2 does the same to its gadget while the bus is suspended (dwc2_hsotg_ep_queue).
    """

    def connect(self) -> int:
        counter = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_SEMAPHORE)
        os.write(counter, (2**64 - 3).to_bytes(8, "little"))
        return counter


def test_a_controller_that_refuses_though_it_is_writable_is_asleep_and_not_tried_for_ever():
    async def scene(rig: Rig) -> None:
        await rig.open()
        with pytest.raises(LinkLost, match="it sleeps"):
            await rig.transport.send(A)
        assert rig.links == [Link.UP, Link.ASLEEP]

    play(Counter(acknowledges=False), scene)


# /dev/hidg0: a pseudo terminal in raw mode is a character device of the same kind


async def readable(fd: int) -> None:
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(fd, lambda: ready.done() or ready.set_result(None))
    try:
        await asyncio.wait_for(ready, timeout=10)
    finally:
        loop.remove_reader(fd)


def test_opening_the_gadget_drops_stale_lights_and_tries_the_host_with_keys_up():
    async def scene(host: int, device: int) -> None:
        os.write(host, b"\x02")
        await readable(device)
        links: list[Link] = []
        leds: asyncio.Queue[int] = asyncio.Queue()
        transport = FdTransport(UsbGadget(os.ttyname(device)), VirtualClock())
        await transport.open(links.append, leds.put_nowait)
        await readable(host)
        assert os.read(host, 64) == ALL_UP.data
        assert links == [Link.UP]
        assert leds.empty()
        os.write(host, b"\x03")
        assert await asyncio.wait_for(leds.get(), timeout=10) == 3
        await transport.send(A)
        await readable(host)
        assert os.read(host, 64) == A.data
        await transport.close()

    host, device = pty.openpty()
    tty.setraw(device)
    try:
        asyncio.run(scene(host, device))
    finally:
        os.close(host)
        os.close(device)


async def read_from(host: int) -> bytes:
    await readable(host)
    return os.read(host, 64)


@pytest.fixture
def gadget():
    """The host's end of a pseudo terminal, and the path of the device's."""
    host, device = pty.openpty()
    tty.setraw(device)
    yield host, os.ttyname(device)
    os.close(host)
    os.close(device)


HOLDS_A_KEY = """
import os, signal, sys
from saykey.transport.usb import UsbGadget
fd = UsbGadget(sys.argv[1]).connect()
os.write(fd, bytes([0, 0, 4, 0, 0, 0, 0, 0]))
signal.pause()
"""


def test_a_killed_process_leaves_no_key_down(gadget):
    host, device = gadget

    async def scene() -> None:
        command = [sys.executable, "-c", HOLDS_A_KEY, device]
        process = await asyncio.to_thread(subprocess.Popen, command)
        try:
            came = b""
            while A.data not in came:
                came += await read_from(host)
            os.kill(process.pid, signal.SIGKILL)
            assert await read_from(host) == ALL_UP.data
        finally:
            process.kill()
            process.wait()

    asyncio.run(scene())


def test_a_closed_gadget_leaves_nothing_behind(gadget):
    host, device = gadget

    async def scene() -> None:
        endpoint = UsbGadget(device)
        transport = FdTransport(endpoint, VirtualClock())
        await transport.open(lambda _link: None, lambda _leds: None)
        assert await read_from(host) == ALL_UP.data
        await transport.close()
        os.set_blocking(host, False)
        with pytest.raises(BlockingIOError):
            os.read(host, 64)
        os.close(endpoint.connect())  # no process has it open any more
        endpoint.close()

    asyncio.run(scene())


def test_two_programs_cannot_type_on_one_gadget(gadget):
    first, second = (FdTransport(UsbGadget(gadget[1]), VirtualClock()) for _ in range(2))

    async def scene() -> None:
        await first.open(lambda _link: None, lambda _leds: None)
        with pytest.raises(HardwareError, match=r"another program types on it.*run one Saykey"):
            await second.open(lambda _link: None, lambda _leds: None)
        await first.close()

    asyncio.run(scene())


@pytest.fixture
def controllers(tmp_path):
    """A folder like /sys/class/udc, with one controller."""
    (tmp_path / "udc0/device/gadget.0").mkdir(parents=True)
    (tmp_path / "udc0/device/gadget.0/suspended").write_text("0\n")
    (tmp_path / "udc0/srp").touch()
    return tmp_path


def test_the_gadget_is_asleep_when_the_composite_framework_says_so(gadget, controllers):
    endpoint = UsbGadget(gadget[1], controllers)
    os.close(endpoint.connect())
    told = controllers / "udc0/device/gadget.0/suspended"
    assert not endpoint.sleeps()
    told.write_text("1\n")
    assert endpoint.sleeps()
    told.unlink()
    assert not endpoint.sleeps()
    endpoint.close()


def test_the_gadget_wakes_a_host_by_its_controller(gadget, controllers):
    UsbGadget(gadget[1], controllers).wake()
    assert (controllers / "udc0/srp").read_text() == "1"


def test_a_host_that_cannot_be_woken_is_logged(gadget, controllers, caplog):
    (controllers / "udc0/srp").unlink()
    (controllers / "udc0/srp").mkdir()
    UsbGadget(gadget[1], controllers).wake()
    assert "cannot be woken" in caplog.text
    assert "install systemd/70-saykey.rules" in caplog.text


def test_a_gadget_that_is_not_there_is_an_error_that_says_what_to_do(tmp_path):
    transport = FdTransport(UsbGadget(str(tmp_path / "hidg0")), VirtualClock())
    with pytest.raises(HardwareError, match=r"hidg0 cannot be opened \(No such file.*set the USB"):
        asyncio.run(transport.open(lambda _link: None, lambda _leds: None))


def a_file(folder):
    (folder / "other").write_bytes(b"sixteen bytes...")
    return folder / "other"


def a_folder(folder):
    return folder


def a_fifo(folder):
    os.mkfifo(folder / "other")
    return folder / "other"


def a_device_that_swallows(_folder):
    return "/dev/null"


def a_device_that_is_always_readable(_folder):
    return "/dev/zero"


@pytest.mark.parametrize(
    "other",
    [a_file, a_folder, a_fifo, a_device_that_swallows, a_device_that_is_always_readable],
)
def test_a_file_that_is_no_gadget_is_an_error_that_says_what_to_do(tmp_path, other):
    transport = FdTransport(UsbGadget(str(other(tmp_path))), VirtualClock())
    line = r"\(this (is no device|device is no USB gadget's keyboard).*\): set the USB gadget up"
    with pytest.raises(HardwareError, match=line):
        asyncio.run(transport.open(lambda _link: None, lambda _leds: None))


def test_a_file_in_place_of_a_gadget_is_not_written_to(tmp_path):
    path = a_file(tmp_path)
    with pytest.raises(OSError, match="this is no device"):
        UsbGadget(str(path)).connect()
    assert path.read_bytes() == b"sixteen bytes..."


def test_a_socket_that_is_not_there_is_an_error_that_says_how_to_start_a_host(tmp_path):
    transport = FdTransport(HostSocket(str(tmp_path / "host")), VirtualClock())
    with pytest.raises(HardwareError, match=r"python -m saykey\.simulated\.host_process"):
        asyncio.run(transport.open(lambda _link: None, lambda _leds: None))


def test_a_device_this_user_may_not_write_is_an_error_that_says_so():
    wire = Wire(acknowledges=False)
    wire.away = errno.EACCES
    transport = FdTransport(wire, VirtualClock())
    with pytest.raises(HardwareError, match=r"Permission denied.*hold the other end"):
        asyncio.run(transport.open(lambda _link: None, lambda _leds: None))
    wire.far.close()


def test_a_setting_names_the_endpoint():
    assert isinstance(endpoint_of("usb:/dev/hidg0"), UsbGadget)
    assert endpoint_of("usb:/dev/hidg0").path == "/dev/hidg0"
    assert isinstance(endpoint_of("socket:/run/a:b"), HostSocket)
    assert endpoint_of("socket:/run/a:b").path == "/run/a:b"
