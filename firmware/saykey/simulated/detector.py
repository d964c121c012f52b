"""A voice detector by loudness alone: whatever is loud enough is a voice."""

from saykey.audio.level import level_db


class EnergyDetector:
    """Frames louder than ``threshold_db`` (dB relative to full scale, RMS) hold a voice."""

    def __init__(self, threshold_db: float = -45.0) -> None:
        self._threshold_db = threshold_db

    def voiced(self, pcm16: bytes) -> bool:
        """Whether these samples are louder than the threshold."""
        return level_db(pcm16) > self._threshold_db

    def reset(self) -> None:
        """Nothing to forget: each frame is judged by itself."""
