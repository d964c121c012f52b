"""The gadget is set up and taken down, on a simulated ConfigFS and in the VM on the kernel's."""

import pytest
from gadget_machine import machine
from saykey_gadget import apply
from saykey_gadget.errors import GadgetError
from saykey_gadget.identity import identity_of
from saykey_gadget.plan import Link, MakeDirectory, plan
from saykey_gadget.settings import GadgetSettings

IDENTITY = identity_of("0123456789abcdef" * 2)
KEYBOARD = plan(GadgetSettings(), IDENTITY)
EVERYTHING = plan(GadgetSettings(network=True, console=True), IDENTITY)
CHANGES = {"write", "make_directory", "remove_directory", "link", "unlink"}


@pytest.fixture
def computer(tmp_path):
    computer = machine(tmp_path)
    yield computer
    computer.mend()
    for name in computer.kernel.names(computer.kernel.config / "usb_gadget"):
        apply._take_down(computer.kernel, computer.kernel.config / "usb_gadget" / name)


@pytest.fixture
def kernel(computer):
    return computer.kernel


class PowerCut(BaseException):
    """Ends the program at once: none of its handlers runs."""


class Dying:
    """A kernel that kills the program before change number ``after``, counted from 0."""

    def __init__(self, kernel, after):
        self._kernel = kernel
        self._left = after

    def __getattr__(self, name):
        if name in CHANGES:
            if not self._left:
                raise PowerCut
            self._left -= 1
        return getattr(self._kernel, name)


def gadgets(kernel):
    return kernel.names(kernel.config / "usb_gadget")


def refused(action, *arguments):
    with pytest.raises(GadgetError) as caught:
        action(*arguments)
    assert caught.value.exit_code == 1
    message = str(caught.value)
    assert "\n" not in message
    return message


def another_programs_gadget(kernel, name, *, bound=False):
    """A gadget as other programs make it, with other names inside."""
    gadget = kernel.config / "usb_gadget" / name
    for folder in ("", "configs/config.1", "functions/acm.usb0"):
        kernel.make_directory(gadget / folder)
    kernel.link(gadget / "configs/config.1/acm.usb0", gadget / "functions/acm.usb0")
    if bound:
        kernel.write(gadget / "UDC", kernel.names(kernel.controllers)[0].encode())
    return gadget


@pytest.mark.parametrize("steps", [KEYBOARD, EVERYTHING], ids=["keyboard", "everything"])
def test_up_makes_the_gadget_and_binds_it(kernel, steps):
    assert apply.up(kernel, steps) is True
    state = apply.status(kernel, steps)
    assert state.is_up
    assert state.controller == kernel.names(kernel.controllers)[0]
    assert state.devices[0] == "/dev/hidg0"


def test_every_function_reports_its_device(kernel):
    apply.up(kernel, EVERYTHING)
    assert apply.status(kernel, EVERYTHING).devices == ("/dev/hidg0", "usb0", "/dev/ttyGS0")


def test_up_leaves_a_gadget_that_is_already_right_unchanged(kernel):
    apply.up(kernel, KEYBOARD)
    assert apply.up(Dying(kernel, after=0), KEYBOARD) is False


def test_down_leaves_nothing(kernel):
    apply.up(kernel, EVERYTHING)
    assert apply.down(kernel, "saykey") is True
    assert gadgets(kernel) == ()


def test_down_without_a_gadget_does_nothing(kernel):
    assert apply.down(kernel, "saykey") is False
    assert not apply.status(kernel, KEYBOARD).exists


def test_a_gadget_half_built_is_repaired_wherever_the_crash_came(kernel):
    for changes in range(len(EVERYTHING)):
        with pytest.raises(PowerCut):
            apply.up(Dying(kernel, after=changes), EVERYTHING)
        assert not apply.status(kernel, EVERYTHING).is_up
        assert apply.up(kernel, EVERYTHING) is True
        assert apply.status(kernel, EVERYTHING).is_up
        apply.down(kernel, "saykey")


def test_a_gadget_half_built_is_taken_down_whole_wherever_the_crash_came(kernel):
    for changes in range(len(EVERYTHING)):
        with pytest.raises(PowerCut):
            apply.up(Dying(kernel, after=changes), EVERYTHING)
        apply.down(kernel, "saykey")
        assert gadgets(kernel) == ()


def test_a_gadget_half_taken_down_is_repaired_wherever_the_crash_came(kernel):
    changes = 0
    interrupted = True
    while interrupted:
        apply.up(kernel, EVERYTHING)
        try:
            apply.down(Dying(kernel, after=changes), "saykey")
        except PowerCut:
            changes += 1
            apply.up(kernel, EVERYTHING)
            assert apply.status(kernel, EVERYTHING).is_up
        else:
            interrupted = False
    assert changes > len([step for step in EVERYTHING if isinstance(step, MakeDirectory | Link)])


def test_other_settings_make_another_gadget(kernel):
    apply.up(kernel, EVERYTHING)
    assert not apply.status(kernel, KEYBOARD).is_up
    assert apply.up(kernel, KEYBOARD) is True
    assert apply.status(kernel, KEYBOARD).devices == ("/dev/hidg0",)


def test_a_gadget_unbound_by_hand_is_bound_again(kernel):
    apply.up(kernel, KEYBOARD)
    kernel.write(kernel.config / "usb_gadget/saykey/UDC", b"\n")
    assert not apply.status(kernel, KEYBOARD).is_up
    apply.up(kernel, KEYBOARD)
    assert apply.status(kernel, KEYBOARD).is_up


def test_another_programs_gadget_of_our_name_is_left_alone(kernel):
    gadget = another_programs_gadget(kernel, "saykey")
    for message in (refused(apply.up, kernel, KEYBOARD), refused(apply.down, kernel, "saykey")):
        assert "belongs to another program" in message
        assert "gadget.name" in message
    assert kernel.links(gadget / "configs/config.1") == ("acm.usb0",)


def test_a_controller_another_gadget_holds_is_named_with_its_holder(kernel):
    gadget = another_programs_gadget(kernel, "webcam", bound=True)
    message = refused(apply.up, kernel, KEYBOARD)
    assert f"{kernel.names(kernel.controllers)[0]} by the gadget webcam" in message
    assert kernel.read(gadget / "UDC").decode() == kernel.names(kernel.controllers)[0]
    assert gadgets(kernel) == ("webcam",)


def test_a_controller_that_is_not_there_is_named_with_those_that_are(kernel):
    steps = plan(GadgetSettings(controller="fe980000.usb"), IDENTITY)
    message = refused(apply.up, kernel, steps)
    assert "no USB device controller fe980000.usb" in message
    assert kernel.names(kernel.controllers)[0] in message
    assert gadgets(kernel) == ()


def test_more_endpoints_than_the_controller_has_are_refused_and_nothing_is_left(kernel):
    more = [
        step
        for number in range(20)
        for step in (
            MakeDirectory(f"saykey/functions/ncm.{number}"),
            Link(f"saykey/configs/c.1/ncm.{number}", f"saykey/functions/ncm.{number}"),
        )
    ]
    message = refused(apply.up, kernel, (*KEYBOARD[:-1], *more, KEYBOARD[-1]))
    assert "too few endpoints" in message
    assert "gadget.network" in message
    assert gadgets(kernel) == ()


def test_a_function_the_kernel_lacks_is_named_and_nothing_is_left(kernel):
    steps = (*KEYBOARD[:-1], MakeDirectory("saykey/functions/telepathy.saykey"), KEYBOARD[-1])
    assert "no USB function telepathy" in refused(apply.up, kernel, steps)
    assert gadgets(kernel) == ()


def test_without_a_controller_the_remedy_is_in_config_txt(computer):
    computer.remove_controllers()
    assert "dtoverlay=dwc2" in refused(apply.up, computer.kernel, KEYBOARD)
    assert gadgets(computer.kernel) == ()


def test_without_configfs_the_remedy_is_to_mount_it(computer):
    computer.unmount()
    assert "mount -t configfs" in refused(apply.up, computer.kernel, KEYBOARD)
    assert apply.down(computer.kernel, "saykey") is False


def test_without_gadget_support_the_remedy_is_to_load_it(computer):
    computer.unload()
    assert "modprobe libcomposite" in refused(apply.up, computer.kernel, KEYBOARD)
