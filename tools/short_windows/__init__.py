"""Teaches a Whisper model to hear short windows; see docs/short-windows.md."""
