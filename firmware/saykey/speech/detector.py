"""WebRTC's voice activity detector, 0.12 ms of CPU per second of audio on x86-64."""

from typing import TYPE_CHECKING

from saykey.flow import SAMPLE_RATE

if TYPE_CHECKING:
    import webrtcvad

FRAMES_TO_SETTLE = 8
"""A new WebRTC detector takes its first four or five frames of any steady noise for a voice, until
its noise model settles (common_audio/vad/vad_core.c); measured with white, brown noise and hum."""


class WebRtcDetector:
    """Implements ports.VoiceDetector with WebRTC's detector.

    ``aggressiveness`` 0..3: how readily a frame is taken for noise (webrtc_vad.h).
    """

    def __init__(self, aggressiveness: int) -> None:
        self._aggressiveness = aggressiveness
        self._vad: webrtcvad.Vad | None = None

    def voiced(self, pcm16: bytes) -> bool:
        """Whether these FRAME_SAMPLES samples of 16 kHz pcm16 hold a voice."""
        if self._vad is None:
            self._vad = self._settled_on(pcm16)
        return bool(self._vad.is_speech(pcm16, SAMPLE_RATE))

    def reset(self) -> None:
        """Forget all earlier frames: the next one is the first."""
        self._vad = None

    def _settled_on(self, pcm16: bytes) -> "webrtcvad.Vad":
        """A new detector whose noise model knows the first frame; the library has no reset."""
        import webrtcvad

        vad = webrtcvad.Vad(self._aggressiveness)
        for _ in range(FRAMES_TO_SETTLE):
            vad.is_speech(pcm16, SAMPLE_RATE)
        return vad
