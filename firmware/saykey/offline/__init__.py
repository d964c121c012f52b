"""Runs dictations from recordings through the device's state machine, faster than real time."""
