"""The file of the control socket: who may use it, and when it is made and removed."""

import asyncio
import socket
import stat

import pytest
from control_rig import SOCKET, Device, run_with_server, serving

from saykey.control.address import LONGEST_PATH
from saykey.control.server import ControlServer
from saykey.errors import ControlError


def test_the_socket_is_for_owner_and_group_and_gone_after_closing(tmp_path):
    async def story(device, _):
        path = tmp_path / SOCKET
        mode = path.stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o660
        assert [entry.name for entry in tmp_path.iterdir()] == [SOCKET]
        await device.server.close()
        assert not path.exists()

    run_with_server(tmp_path, story)


def test_a_socket_in_use_is_left_alone_and_one_left_over_is_replaced(tmp_path):
    async def story(device, connect):
        path = tmp_path / SOCKET
        second = ControlServer(
            path, clock=device.clock, ask=device.ask, post=device.post, status=Device
        )
        with pytest.raises(ControlError, match="is in use by a running saykey; stop it or set"):
            await second.open()
        await second.close()
        client = await connect()
        assert (await client.ask("status"))["ok"] is True

    left_over = socket.socket(socket.AF_UNIX)
    left_over.bind(str(tmp_path / SOCKET))
    left_over.close()
    run_with_server(tmp_path, story)


def test_closing_leaves_the_socket_of_a_later_server_alone(tmp_path):
    async def story(device, connect):
        (tmp_path / SOCKET).unlink()
        async with serving(tmp_path / SOCKET):
            await device.server.close()
            client = await connect()
            assert (await client.ask("status"))["ok"] is True

    run_with_server(tmp_path, story)


@pytest.mark.parametrize(
    ("place", "advice"),
    [
        ("absent/control.sock", "there is no directory .*absent; make it or set"),
        ("file", "file is not a socket; remove it or set"),
        ("x" * LONGEST_PATH, f"longer than the {LONGEST_PATH} bytes"),
    ],
)
def test_a_place_where_no_socket_can_be_is_refused_with_what_to_do(tmp_path, place, advice):
    (tmp_path / "file").write_text("no socket")
    device = Device()
    server = ControlServer(
        tmp_path / place,
        clock=device.clock,
        ask=device.ask,
        post=device.post,
        status=lambda: device.status,
    )
    with pytest.raises(ControlError, match=advice):
        asyncio.run(server.open())
    assert (tmp_path / "file").read_text() == "no socket"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
