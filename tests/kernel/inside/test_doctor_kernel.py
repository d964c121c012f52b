"""`saykey doctor` on the real kernel: what it finds with the gadget up, unbound, and gone."""

import pytest
from usb_cable import Cable

from saykey.doctor.examine import examine
from saykey.doctor.finding import Grade
from saykey.doctor.reader import Reader


@pytest.fixture
def cable(computer):
    with Cable(computer) as cable:
        yield cable


def found(*devices):
    """The findings, by the name of their check."""
    return {finding.check: finding for finding in examine(Reader().machine(devices))}


def fault_of(findings):
    (fault,) = (finding for finding in findings.values() if finding.grade is Grade.FAULT)
    return fault.check, fault.text


def test_with_the_gadget_up_and_a_computer_plugged_in_there_is_no_fault(cable):
    findings = found()
    assert {finding.grade for finding in findings.values()} == {Grade.OK}
    assert list(findings) == ["board", "controller", "kernel", "configfs", "gadget", "cable"]
    assert cable.kernel.names(cable.kernel.controllers)[0] in findings["gadget"].text


@pytest.mark.usefixtures("cable")
def test_the_device_file_that_no_udev_rule_gave_to_the_service_is_a_fault():
    check, text = fault_of(found("/dev/hidg0"))
    assert check == "device"
    assert "(root 0600)" in text


@pytest.mark.usefixtures("cable")
def test_a_device_file_that_is_not_there_is_a_fault():
    assert fault_of(found("/dev/hidg9")) == ("device", "there is no /dev/hidg9")


def test_a_gadget_that_is_not_bound_is_a_fault(cable):
    cable.unplug()
    assert fault_of(found()) == ("gadget", "the gadget saykey is bound to no controller")
    cable.plug()
    cable.until_plugged()


def test_without_a_controller_that_is_the_only_fault(cable):
    cable.remove_modules()
    check, _ = fault_of(found())
    assert check == "board"
    cable.insert_modules()
    cable.until_plugged()
