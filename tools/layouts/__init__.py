"""Makes the keyboard layout tables of the device; layouts.generate does it."""
