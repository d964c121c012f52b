"""Writes recordings as FLAC."""

from pathlib import Path

from saykey.errors import AudioError
from saykey.flow import SAMPLE_RATE


def write_flac(path: Path, pcm16: bytes) -> None:
    """Write 16 kHz mono pcm16 into a FLAC file. Raises AudioError."""
    import soundfile

    try:
        with (
            path.open("wb") as file,
            soundfile.SoundFile(file, "w", SAMPLE_RATE, 1, "PCM_16", format="FLAC") as sound,
        ):
            sound.buffer_write(pcm16, "int16")
    except OSError as error:
        raise AudioError(f"{path} cannot be written ({error.strerror}): name another") from error
    except soundfile.LibsndfileError as error:
        raise AudioError(f"{path} cannot be written ({error.error_string})") from error
