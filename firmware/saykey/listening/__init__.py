"""Joins the audio and the speech room: the microphone's frames become a dictation's phrases."""
