"""The plan that the gadget's settings become, as readable steps; and the report descriptor."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest
from gadget_machine import SimulatedKernel
from saykey_gadget import apply
from saykey_gadget.__main__ import main
from saykey_gadget.descriptor import KEYBOARD
from saykey_gadget.errors import GadgetError, SettingsError
from saykey_gadget.identity import identity_of, read_identity
from saykey_gadget.plan import in_words, plan
from saykey_gadget.settings import GadgetSettings, load

MACHINE_ID = "0123456789abcdef" * 2
IDENTITY = identity_of(MACHINE_ID)
GADGET = Path(__file__).parents[2] / "gadget"

KEYBOARD_ALONE = """\
mkdir saykey
write saykey/bcdUSB = 0x0200
write saykey/bcdDevice = 0x0100
write saykey/idVendor = 0x1d6b
write saykey/idProduct = 0x0104
mkdir saykey/strings/0x409
write saykey/strings/0x409/manufacturer = Saykey
write saykey/strings/0x409/product = Saykey dictation keyboard
write saykey/strings/0x409/serialnumber = {serial}
mkdir saykey/configs/c.1
write saykey/configs/c.1/bmAttributes = 0xa0
write saykey/configs/c.1/MaxPower = 500
mkdir saykey/configs/c.1/strings/0x409
write saykey/configs/c.1/strings/0x409/configuration = Saykey dictation keyboard
mkdir saykey/functions/hid.saykey
write saykey/functions/hid.saykey/subclass = 1
write saykey/functions/hid.saykey/protocol = 1
write saykey/functions/hid.saykey/no_out_endpoint = 1
write saykey/functions/hid.saykey/report_length = 8
write saykey/functions/hid.saykey/report_desc = {descriptor}
link  saykey/configs/c.1/hid.saykey -> saykey/functions/hid.saykey
bind  saykey/UDC = the first free controller
"""

WITH_NETWORK_AND_CONSOLE = """\
write saykey/bDeviceClass = 0xef
write saykey/bDeviceSubClass = 0x02
write saykey/bDeviceProtocol = 0x01
mkdir saykey/functions/ncm.saykey
write saykey/functions/ncm.saykey/dev_addr = {device_address}
write saykey/functions/ncm.saykey/host_addr = {host_address}
link  saykey/configs/c.1/ncm.saykey -> saykey/functions/ncm.saykey
mkdir saykey/functions/acm.saykey
link  saykey/configs/c.1/acm.saykey -> saykey/functions/acm.saykey
"""


def words_of(settings):
    return in_words(plan(settings, IDENTITY))


def filled(snapshot):
    return snapshot.format(**dataclasses.asdict(IDENTITY), descriptor=KEYBOARD.hex(" "))


def test_the_plan_of_a_keyboard_alone():
    assert words_of(GadgetSettings()) == filled(KEYBOARD_ALONE)


def test_network_and_console_add_their_steps_and_keep_the_others_in_order():
    alone = words_of(GadgetSettings()).splitlines()
    more = words_of(GadgetSettings(network=True, console=True)).splitlines()
    assert [line for line in more if line in alone] == alone
    added = [line for line in more if line not in alone]
    assert added == filled(WITH_NETWORK_AND_CONSOLE).splitlines()


def test_ids_strings_and_controller_are_those_of_the_settings():
    settings = GadgetSettings(
        name="mine",
        vendor_id=0x1209,
        product_id=0x0001,
        manufacturer="Müller",
        serial="7",
        controller="fe980000.usb",
    )
    words = words_of(settings).splitlines()
    assert "write mine/idVendor = 0x1209" in words
    assert "write mine/idProduct = 0x0001" in words
    assert "write mine/strings/0x409/manufacturer = Müller" in words
    assert "write mine/strings/0x409/serialnumber = 7" in words
    assert words[-1] == "bind  mine/UDC = fe980000.usb"


def items_of(descriptor):
    """(prefix without its size bits, value) of each short item (HID 1.11, section 6.2.2.2)."""
    at = 0
    while at < len(descriptor):
        size = (0, 1, 2, 4)[descriptor[at] & 3]
        value = int.from_bytes(descriptor[at + 1 : at + 1 + size], "little")
        yield descriptor[at] & ~3, value
        at += 1 + size


def test_the_descriptor_describes_eight_bytes_in_and_one_out():
    bits = {0x80: 0, 0x90: 0}  # Input and Output items
    report_size = report_count = depth = 0
    for prefix, value in items_of(KEYBOARD):
        report_size = value if prefix == 0x74 else report_size
        report_count = value if prefix == 0x94 else report_count
        depth += (prefix == 0xA0) - (prefix == 0xC0)
        if prefix in bits:
            bits[prefix] += report_size * report_count
    assert bits == {0x80: 8 * 8, 0x90: 1 * 8}
    assert depth == 0


def test_the_serial_number_is_the_same_every_time_and_does_not_reveal_the_machine_id(tmp_path):
    (tmp_path / "machine-id").write_text(f"{MACHINE_ID}\n")
    identity = read_identity(tmp_path / "machine-id")
    assert identity == IDENTITY
    other = identity_of("f" * 32)
    for key, value in dataclasses.asdict(identity).items():
        assert value != getattr(other, key)
        assert value.lower().replace(":", "")[2:] not in MACHINE_ID
    assert len(identity.serial) == 16


def test_network_addresses_are_locally_administered_and_the_two_ends_differ():
    ends = (IDENTITY.device_address, IDENTITY.host_address)
    assert len(set(ends)) == 2
    for address in ends:
        first = int(address.split(":")[0], 16)
        assert first & 2, "locally administered"
        assert not first & 1, "of one station"
        assert len(bytes.fromhex(address.replace(":", ""))) == 6


@pytest.mark.parametrize("content", [None, "", "uninitialized", "0123456789ABCDEF" * 2])
def test_without_a_machine_id_the_message_says_how_to_make_one(tmp_path, content):
    if content is not None:
        (tmp_path / "machine-id").write_text(content)
    with pytest.raises(GadgetError, match="systemd-machine-id-setup"):
        read_identity(tmp_path / "machine-id")


def loaded(tmp_path, text):
    path = tmp_path / "gadget.toml"
    path.write_text(text, "utf-8")
    return load(path)


def test_settings_are_read_from_their_table_and_other_tables_are_left_to_others(tmp_path):
    text = '[keyboard]\nlayout = "de"\n[gadget]\nvendor_id = 0x1209\nnetwork = true\n'
    assert loaded(tmp_path, text) == GadgetSettings(vendor_id=0x1209, network=True)
    assert loaded(tmp_path, "") == GadgetSettings()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[gadget]\nvendorid = 1", "did you mean vendor_id"),
        ("[gadget]\nvendor_id = 65536", "from 0 to 65535"),
        ("[gadget]\nvendor_id = true", "a whole number"),
        ("[gadget]\nnetwork = 1", "true or false"),
        ("[gadget]\nname = '../../etc'", "ASCII letters"),
        ("[gadget]\nname = ''", "ASCII letters"),
        ("[gadget]\ncontroller = 'a/b'", "ASCII letters"),
        ("[gadget]\npower_ma = 501", "from 0 to 500"),
        ("[gadget]\nproduct = '" + "ü" * 64 + "'", "126 bytes"),
        ('[gadget]\nproduct = "a\\nb"', "printable"),
        ("gadget = 7", "must be a table"),
        ("[gadget", "is not TOML"),
        ("[gadget]\nvendor_id = " + "9" * 5000, "is not TOML"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line_with_what_is_right(tmp_path, text, told):
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, text)
    message = str(caught.value)
    assert told in message
    assert "gadget.toml" in message
    assert "\n" not in message
    assert len(message) < 300
    assert caught.value.exit_code == 2


def test_a_settings_file_that_is_no_text_or_missing_is_refused(tmp_path):
    (tmp_path / "gadget.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not TOML"):
        load(tmp_path / "gadget.toml")
    with pytest.raises(SettingsError, match="--config"):
        load(tmp_path / "absent.toml")


def test_the_command_sets_up_shows_and_takes_down(tmp_path, capsys):
    kernel = SimulatedKernel(tmp_path)
    settings = tmp_path / "gadget.toml"
    settings.write_text("[gadget]\nserial = '1'\n")

    def said(command, status):
        assert main([command, "--config", str(settings)], kernel) == status
        return capsys.readouterr().out

    assert said("status", 3) == "saykey: down\n"
    assert said("up", 0) == "saykey: up on simulated_udc.0 (/dev/hidg0)\n"
    assert said("up", 0) == "saykey: up on simulated_udc.0 (/dev/hidg0), unchanged\n"
    assert said("status", 0) == "saykey: up on simulated_udc.0 (/dev/hidg0)\n"
    kernel.write(kernel.gadgets / "saykey/UDC", b"\n")
    assert said("status", 3) == ("saykey: saykey/UDC is not as planned; run saykey-gadget up\n")
    assert said("down", 0) == "saykey: taken down\n"
    assert said("down", 0) == "saykey: was down already\n"


def test_a_refusal_gives_one_line_on_stderr_and_exit_status_1(tmp_path, capsys):
    kernel = SimulatedKernel(tmp_path)
    apply.up(kernel, plan(GadgetSettings(name="other"), IDENTITY))
    assert main(["up"], kernel) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("saykey-gadget: The USB device controller is in use")
    assert err.count("\n") == 1


def test_the_program_needs_nothing_but_the_standard_library():
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", WITHOUT_PACKAGES, str(GADGET)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("mkdir saykey\n")


WITHOUT_PACKAGES = """
import sys
sys.path.insert(0, sys.argv[1])
from saykey_gadget.__main__ import in_words, plan
from saykey_gadget.identity import identity_of
from saykey_gadget.settings import GadgetSettings
print(in_words(plan(GadgetSettings(), identity_of("0" * 32))))
"""
