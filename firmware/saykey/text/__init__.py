"""The text room: transcripts in, the text to type out."""
