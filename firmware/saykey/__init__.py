"""Saykey: a dictation keyboard. It turns speech into key strokes, on the device itself."""

__version__ = "0.1.0"
