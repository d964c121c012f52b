"""The recognizer room: phrases in, transcripts out, by an engine in a process of its own."""
