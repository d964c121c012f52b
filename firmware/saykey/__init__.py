"""Saykey: a dictation keyboard. Speech in, key strokes out, nothing sent anywhere."""

__version__ = "0.1.0"
