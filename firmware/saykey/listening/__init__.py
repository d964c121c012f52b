"""Joins audio and speech: passes the microphone's frames to each dictation's phrase cutter."""
