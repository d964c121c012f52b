"""Speech: audio frames in, phrases out."""
