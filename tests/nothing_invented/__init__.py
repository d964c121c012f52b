"""Sounds without speech, and the device's own chain from sound to text, for tests of inventions.

Nothing here is needed on the device.
"""
