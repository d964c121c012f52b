"""The descriptor transport over real sockets and a pseudo terminal in place of /dev/hidg0."""

import asyncio
import errno
import os
import pty
import socket
import tty
from collections.abc import Awaitable, Callable

import pytest

from saykey.errors import HardwareError, LinkLost
from saykey.flow import ALL_UP, Report
from saykey.ports import Link
from saykey.simulated.clock import VirtualClock
from saykey.transport.fd import FdTransport, HostSocket, UsbGadget, endpoint_of

MS = 1_000_000
A = Report(bytes([0, 0, 4, 0, 0, 0, 0, 0]))


class Wire:
    """An endpoint whose other end the test holds: ``far``. ``away`` is what connecting raises."""

    path = "wire"
    advice = "hold the other end."

    def __init__(self, *, acknowledges: bool) -> None:
        self.acknowledges = acknowledges
        self.away: int | None = None
        self.attempts = 0
        self.far = socket.socket()

    def connect(self) -> int:
        self.attempts += 1
        if self.away is not None:
            raise OSError(self.away, os.strerror(self.away))
        self.far.close()
        near, self.far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        near.setblocking(False)
        self.far.setblocking(False)
        return near.detach()

    def read(self) -> list[bytes]:
        reports = []
        try:
            while report := self.far.recv(64):
                reports.append(report)
        except BlockingIOError:
            pass
        return reports


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


def test_a_send_that_waits_is_told_when_the_host_goes_away():
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


def test_the_host_coming_back_owes_no_acknowledgements_for_reports_it_never_had():
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


def test_a_gadget_that_is_not_there_is_an_error_that_says_what_to_do(tmp_path):
    transport = FdTransport(UsbGadget(str(tmp_path / "hidg0")), VirtualClock())
    with pytest.raises(HardwareError, match=r"hidg0 cannot be opened \(No such file.*set the USB"):
        asyncio.run(transport.open(lambda _link: None, lambda _leds: None))


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
