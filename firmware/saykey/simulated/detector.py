"""A voice detector that uses only the level: every loud frame counts as voice."""

from saykey.audio.level import level_db


class EnergyDetector:
    """Frames louder than ``threshold_db`` (dB relative to full scale, RMS) contain a voice."""

    def __init__(self, threshold_db: float = -45.0) -> None:
        self._threshold_db = threshold_db

    def voiced(self, pcm16: bytes) -> bool:
        """Whether these samples are louder than the threshold."""
        return level_db(pcm16) > self._threshold_db

    def reset(self) -> None:
        """Do nothing: each frame is judged alone."""
