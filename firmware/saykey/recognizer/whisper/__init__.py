"""The Whisper engine: whisper.cpp in a worker process."""
