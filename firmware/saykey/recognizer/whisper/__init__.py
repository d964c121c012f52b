"""Whisper by whisper.cpp: the engine in its worker process."""
