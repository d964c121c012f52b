"""Recognises recordings with Moonshine: ``python moonshine.py FOLDER``.

Needs an environment of its own. Runs the weights of the moonshine-voice wheel with sherpa-onnx, one
thread. Prints one JSON object for each WAV file of the folder: its stem, the text and the CPU time
in milliseconds. Imports nothing of Saykey.
"""

import importlib.util
import json
import sys
import tempfile
import time
import wave
from base64 import b64encode
from pathlib import Path

import numpy as np
import sherpa_onnx


def tokens(packed: bytes) -> list[bytes]:
    """The tokens of tokenizer.bin: a length of one byte, or of two from 128 on, then the token."""
    found: list[bytes] = []
    at = 0
    while at < len(packed):
        length, at = packed[at], at + 1
        if length >= 128:
            length, at = (length - 128) + 128 * packed[at], at + 1
        found.append(packed[at : at + length])
        at += length
    return found


def recognizer() -> sherpa_onnx.OfflineRecognizer:
    """Moonshine tiny-en on one thread."""
    package = importlib.util.find_spec("moonshine_voice")
    assert package is not None
    assert package.origin is not None
    folder = Path(package.origin).parent / "assets" / "tiny-en"
    names = tokens((folder / "tokenizer.bin").read_bytes())
    lines = "".join(f"{b64encode(name).decode()} {number}\n" for number, name in enumerate(names))
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as listed:
        listed.write(lines)
        listed.flush()
        return sherpa_onnx.OfflineRecognizer.from_moonshine_v2(
            str(folder / "encoder_model.ort"),
            str(folder / "decoder_model_merged.ort"),
            listed.name,
            num_threads=1,
        )


def main() -> None:
    """Recognise all recordings of the folder."""
    engine = recognizer()
    for file in sorted(Path(sys.argv[1]).glob("*.wav")):
        with wave.open(str(file)) as sound:
            pcm16 = sound.readframes(sound.getnframes())
        samples = np.frombuffer(pcm16, "<i2").astype(np.float32) / 32768
        began = time.process_time()
        stream = engine.create_stream()
        stream.accept_waveform(16_000, samples)
        engine.decode_stream(stream)
        took_ms = 1000 * (time.process_time() - began)
        print(json.dumps({"name": file.stem, "text": stream.result.text, "cpu_ms": took_ms}))


if __name__ == "__main__":
    main()
