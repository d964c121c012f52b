"""Recognition: phrases in, transcripts out. The engine runs in a process of its own."""
