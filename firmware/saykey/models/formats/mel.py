"""Computes the mel filters of Whisper, for model files that do not contain them.

All Whisper models were trained with these filters. They follow Slaney's scale and normalisation
(Auditory Toolbox, 1998), as in librosa.filters.mel. OpenAI made assets/mel_filters.npz with it,
and Hugging Face's feature extractor computes the same for models whose files omit them.
"""

from saykey.models.formats.contents import SPECTRUM_ROWS

_TOP_HZ = 8000.0
_LINEAR_HZ = 200 / 3
"""Width of one mel up to 1 kHz."""

_KNEE_MEL = 15.0
_KNEE_HZ = 1000.0
_CURVE = 6.4
_CURVE_MELS = 27.0
"""Above 1 kHz, 27 mels are a factor of 6.4."""


def mel_filters(bands: int) -> bytes:
    """The filters for 80 or 128 bands: ``bands`` x 201 f32, little endian, row by row."""
    import numpy as np

    top = _KNEE_MEL + _CURVE_MELS * np.log(_TOP_HZ / _KNEE_HZ) / np.log(_CURVE)
    mels = np.linspace(0.0, top, bands + 2)
    curved = _KNEE_HZ * _CURVE ** ((mels - _KNEE_MEL) / _CURVE_MELS)
    edges = np.where(mels < _KNEE_MEL, mels * _LINEAR_HZ, curved)[:, None]
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    spectrum = np.linspace(0.0, _TOP_HZ, SPECTRUM_ROWS)
    rising = (spectrum - left) / (middle - left)
    falling = (right - spectrum) / (right - middle)
    # every triangle has the same area, whatever its width
    triangles = np.maximum(0.0, np.minimum(rising, falling)) * 2 / (right - left)
    filters: bytes = triangles.astype("<f4").tobytes()
    return filters
