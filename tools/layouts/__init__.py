"""Makes the keyboard layout tables of the device; run layouts.generate."""
