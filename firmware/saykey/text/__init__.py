"""The text room: turns transcripts into the text to type."""
