"""The speech room: frames in, phrases out."""
