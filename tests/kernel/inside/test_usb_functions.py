"""What a computer's USB core finds at the end of the cable: numbers, strings and functions."""

import os
import select
import shutil
import subprocess
import tty
from pathlib import Path

import pytest
from programs import run
from saykey_gadget import apply
from saykey_gadget.identity import identity_of
from saykey_gadget.kernel import Kernel
from saykey_gadget.plan import plan
from saykey_gadget.settings import GadgetSettings
from waiting import PATIENCE_S, until

IDENTITY = identity_of("0123456789abcdef" * 2)
SETTINGS = GadgetSettings(
    vendor_id=0x1209, product_id=0x0001, product="Müllers Tastatur", network=True, console=True
)
ROOT = Path(__file__).parents[3]
NETWORKS = Path("/run/systemd/network")
NETWORKD = Path("/run/systemd/system/systemd-networkd.service.d")
DRIVERS = {"usbhid", "cdc_ncm", "cdc_acm"}


@pytest.fixture(scope="module")
def device():
    """The folder in sysfs of a device with all functions, each with its driver."""
    subprocess.run(["modprobe", "-a", "cdc_ncm", "cdc_acm"], check=True)
    kernel = Kernel()
    apply.up(kernel, plan(SETTINGS, IDENTITY))
    until(lambda: set(drivers()) >= DRIVERS, lambda: f"{DRIVERS}, there are {drivers()}")
    yield next(path for path in gadgets_parts() if ":" not in path.name)
    apply.down(kernel, "saykey")


def gadgets_parts():
    """The device and its interfaces, as the computer's USB core names them."""
    found = Path("/sys/bus/usb/devices").glob("*-*")
    return [path for path in found if "dummy_hcd" in os.path.realpath(path)]


def drivers():
    links = [path / "driver" for path in gadgets_parts()]
    return [link.resolve().name for link in links if link.exists()]


def made(folder):
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def told(device, attribute):
    return (device / attribute).read_text("utf-8").strip()


def test_the_computer_reads_ids_and_strings_of_the_settings(device):
    assert (told(device, "idVendor"), told(device, "idProduct")) == ("1209", "0001")
    assert told(device, "manufacturer") == "Saykey"
    assert told(device, "product") == "Müllers Tastatur"
    assert told(device, "serial") == IDENTITY.serial


def test_the_computer_may_be_woken_and_reads_the_power_limit(device):
    assert told(device, "bmAttributes") == "a0"
    assert told(device, "bMaxPower") == "500mA"
    assert told(device, "power/wakeup") in {"enabled", "disabled"}, "not supported if empty"


def test_the_keyboard_is_a_boot_keyboard_with_one_endpoint_polled_every_millisecond(device):
    keyboard = device.parent / f"{device.name}/{device.name}:1.0"
    fields = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol", "bNumEndpoints")
    assert [told(keyboard, field) for field in fields] == ["03", "01", "01", "01"]
    endpoint = next(path for path in keyboard.glob("ep_*"))
    assert (told(endpoint, "direction"), told(endpoint, "interval")) == ("in", "1ms")


def test_the_network_card_has_the_address_made_of_the_machine_id(device):
    cards = list(device.glob("*:1.*/net/*"))
    assert [told(card, "address") for card in cards] == [IDENTITY.host_address]


@pytest.fixture
def networkd():
    """systemd-networkd with the shipped file and no configuration of this machine."""
    shutil.copy(ROOT / "systemd/10-usb0.network", made(NETWORKS))
    # Where /sys is read-only, networkd assumes that there is no udev and does not wait for it.
    (made(NETWORKD) / "no-udev.conf").write_text("[Service]\nReadOnlyPaths=/sys\n")
    run("systemctl", "daemon-reload")
    run("systemctl", "start", "systemd-networkd.service")
    yield
    run("systemctl", "stop", "systemd-networkd.service", "systemd-networkd.socket")


@pytest.mark.usefixtures("networkd")
def test_the_computer_gets_an_address_by_dhcp_and_neither_route_nor_name_server(device, tmp_path):
    card = next(device.glob("*:1.*/net/*")).name
    lease = tmp_path / "lease"
    script = tmp_path / "script"
    script.write_text(f'#!/bin/sh\n[ "$1" != bound ] || env >{lease}\n')
    script.chmod(0o755)
    run("ip", "netns", "add", "computer")  # otherwise the cable is not used
    try:
        run("ip", "link", "set", card, "netns", "computer")
        inside = ("ip", "netns", "exec", "computer")
        run(*inside, "ip", "link", "set", card, "up")
        run(*inside, "busybox", "udhcpc", "-i", card, "-n", "-q", "-t", "20", "-s", str(script))
        told = dict(line.split("=", 1) for line in lease.read_text().splitlines())
        assert (told["serverid"], told["mask"]) == ("10.55.0.1", "28")
        assert told["ip"] in {f"10.55.0.{host}" for host in range(2, 11)}
        assert told.keys().isdisjoint({"router", "dns"})
        run(*inside, "ip", "address", "add", f"{told['ip']}/28", "dev", card)
        run(*inside, "busybox", "ping", "-c", "1", "-W", "5", "10.55.0.1")
    finally:
        run("ip", "netns", "del", "computer")  # the card returns to the first namespace


@pytest.mark.usefixtures("device")
def test_the_serial_console_carries_text_both_ways():
    ends = [os.open(path, os.O_RDWR | os.O_NOCTTY) for path in ("/dev/ttyACM0", "/dev/ttyGS0")]
    try:
        for end in ends:
            tty.setraw(end)
        for sender, receiver in (ends, ends[::-1]):
            os.write(sender, b"hello")
            assert select.select([receiver], [], [], PATIENCE_S)[0]
            assert os.read(receiver, 64) == b"hello"
    finally:
        for end in ends:
            os.close(end)
