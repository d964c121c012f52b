"""The device's pure state: no clock, no I/O, nothing awaited. See docs/states.md."""
