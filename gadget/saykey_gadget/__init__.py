"""Sets up Saykey's USB gadget: the USB device that a computer sees when Saykey is plugged in.

This is the only part of Saykey that runs as root. So it uses the standard library only, and imports
nothing of the rest.
"""
