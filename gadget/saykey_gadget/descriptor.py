"""The report descriptor of a boot keyboard, item by item.

It is the one of HID 1.11, appendix B.1, so the reports are the same in the boot protocol and in the
report protocol. A firmware that cannot read descriptors understands them as well. "HUT" is the
document HID Usage Tables 1.5. The items are those of HID 1.11, section 6.2.2.
"""

REPORT_BYTES = 8
"""Length of the input report; the LED output report has one byte."""

SUBCLASS_BOOT = 1
PROTOCOL_KEYBOARD = 1
"""bInterfaceSubClass and bInterfaceProtocol (HID 1.11, sections 4.2 and 4.3)."""

KEYBOARD = bytes(
    (
        *(0x05, 0x01),  # Usage Page: Generic Desktop (HUT 4)
        *(0x09, 0x06),  # Usage: Keyboard (HUT 4.1)
        *(0xA1, 0x01),  # Collection: Application
        # Input, byte 0: one bit for each modifier.
        *(0x05, 0x07),  # Usage Page: Keyboard/Keypad (HUT 10)
        *(0x19, 0xE0),  # Usage Minimum: Left Control
        *(0x29, 0xE7),  # Usage Maximum: Right GUI
        *(0x15, 0x00),  # Logical Minimum: 0
        *(0x25, 0x01),  # Logical Maximum: 1
        *(0x75, 0x01),  # Report Size: 1 bit
        *(0x95, 0x08),  # Report Count: 8
        *(0x81, 0x02),  # Input: Data, Variable, Absolute
        # Input, byte 1: reserved (HID 1.11, appendix B.1).
        *(0x95, 0x01),  # Report Count: 1
        *(0x75, 0x08),  # Report Size: 8 bits
        *(0x81, 0x03),  # Input: Constant
        # Output, one byte: the lock lights, as the host turns them on and off.
        *(0x95, 0x05),  # Report Count: 5
        *(0x75, 0x01),  # Report Size: 1 bit
        *(0x05, 0x08),  # Usage Page: LED (HUT 11)
        *(0x19, 0x01),  # Usage Minimum: Num Lock
        *(0x29, 0x05),  # Usage Maximum: Kana
        *(0x91, 0x02),  # Output: Data, Variable, Absolute
        *(0x95, 0x01),  # Report Count: 1
        *(0x75, 0x03),  # Report Size: 3 bits, which fill the byte
        *(0x91, 0x03),  # Output: Constant
        # Input, bytes 2 to 7: the keys that are down, six at most, 0 where none is.
        *(0x95, 0x06),  # Report Count: 6
        *(0x75, 0x08),  # Report Size: 8 bits
        *(0x15, 0x00),  # Logical Minimum: 0
        *(0x26, 0xFF, 0x00),  # Logical Maximum: 255, in two bytes: in one byte it would be -1
        *(0x05, 0x07),  # Usage Page: Keyboard/Keypad
        *(0x19, 0x00),  # Usage Minimum: 0, no key
        *(0x2A, 0xFF, 0x00),  # Usage Maximum: 255, to include the keys of Japan and Brazil (page 7)
        *(0x81, 0x00),  # Input: Data, Array, Absolute
        0xC0,  # End Collection
    )
)
