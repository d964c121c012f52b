"""Detects the format of a model file by its first bytes, never by its name."""

from enum import Enum

from saykey.errors import ModelError
from saykey.models.formats.contents import damaged

START = 256
"""The number of bytes of a file that suffice to detect its kind."""

_OURS = "Saykey reads Whisper models as ggml (.bin), GGUF and safetensors"
_FOREIGN = (
    (b"ggml", "is stored big endian; convert the model on a little-endian machine"),
    (b"\x1f\x8b", "is a gzip archive; unpack it and use the model in it"),
    (b"PK\x03\x04", f"is a zip archive or a PyTorch checkpoint; {_OURS}"),
    (b"\xfd7zXZ", "is an xz archive; unpack it and use the model in it"),
    (b"version https://git-lfs", "is a Git LFS pointer; download the file it points to"),
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml")


class Kind(Enum):
    """The formats a model can come in."""

    GGML = "ggml"
    GGUF = "GGUF"
    SAFETENSORS = "safetensors"


def kind_of(start: bytes) -> Kind:
    """The kind of a file that begins with these bytes. Raises ModelError for all other kinds."""
    if not start:
        raise damaged("is empty")
    if start.startswith(b"lmgg"):  # 0x67676d6c, little endian
        return Kind.GGML
    if start.startswith(b"GGUF"):
        return Kind.GGUF
    for magic, advice in _FOREIGN:
        if start.startswith(magic):
            raise ModelError(advice)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise ModelError("is a web page, the answer of a failed download; download it again")
    if start[8:9] == b"{" and start[4:8] == bytes(4):  # u64 length of a JSON header
        return Kind.SAFETENSORS
    raise ModelError(f"is not a speech model; {_OURS}")
