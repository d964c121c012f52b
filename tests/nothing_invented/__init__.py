"""Sounds without speech, and the device's own way from sound to text, for the tests of invention.

Nothing here is needed on the device.
"""
