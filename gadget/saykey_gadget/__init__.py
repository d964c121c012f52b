"""Saykey's USB gadget: what a computer sees when the device is plugged in.

The only part of Saykey that runs as root, so it needs nothing but the standard library and knows
nothing of the rest.
"""
