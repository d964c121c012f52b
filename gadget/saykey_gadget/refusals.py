"""Turns errors of the kernel into messages that say what is wrong and what to do."""

import errno

from saykey_gadget.errors import GadgetError
from saykey_gadget.kernel import Kernel
from saykey_gadget.plan import Bind, MakeDirectory, Step

NO_CONTROLLER = (
    "There is no USB device controller: add dtoverlay=dwc2,dr_mode=peripheral to config.txt and "
    "restart; use the USB-C port of a Pi 4 or 5, or the port marked USB of a Zero 2 W."
)


def not_available(kernel: Kernel) -> GadgetError:
    """The error to report when there is no folder usb_gadget."""
    if not kernel.is_mounted(kernel.config):
        return GadgetError(
            f"ConfigFS is not mounted at {kernel.config}: "
            f"run mount -t configfs none {kernel.config}"
        )
    return GadgetError("The kernel's USB gadget support is not loaded: run modprobe libcomposite")


def refusal(error: OSError, step: Step, kernel: Kernel, controller: str) -> GadgetError:
    """The error to report when the kernel refused a step."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return GadgetError("The gadget can be set up by root only: use sudo.")
    if isinstance(step, Bind):
        return _refused_bind(error, kernel, controller)
    if isinstance(step, MakeDirectory) and error.errno == errno.ENOENT:
        kind = step.path.rpartition("/")[2].partition(".")[0]
        return GadgetError(
            f"This kernel has no USB function {kind} (module usb_f_{kind}): install one that has, "
            "or switch that function off in [gadget]."
        )
    return GadgetError(
        f"The kernel refused {step.path} ({error.strerror}): see dmesg; Linux 5.15 or later is "
        "needed."
    )


def _refused_bind(error: OSError, kernel: Kernel, controller: str) -> GadgetError:
    """The error to report when binding failed.

    Since Linux 5.19, EBUSY may have any cause (usb_gadget_register_driver_owner in
    drivers/usb/gadget/udc/core.c). Only one of them can be distinguished: another driver is bound
    to the controller.
    """
    if not kernel.exists(kernel.controllers / controller):
        return GadgetError(f"The USB device controller {controller} has gone: plug it in again.")
    holder = kernel.read(kernel.controllers / controller / "function").decode()
    if holder:
        return GadgetError(
            f"The USB device controller {controller} is in use by {holder}: stop that program."
        )
    if error.errno in (errno.EBUSY, errno.ENODEV):
        return GadgetError(
            f"The USB device controller {controller} has too few endpoints for these functions: "
            "switch gadget.network or gadget.console off."
        )
    return GadgetError(
        f"The USB device controller {controller} refused the gadget ({error.strerror}): see dmesg."
    )
