"""Audio: microphones and files in, 20 ms frames of 16 kHz mono out."""
