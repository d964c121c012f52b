"""The device state, as pure functions: no clock, no I/O, nothing awaited. See docs/states.md."""
