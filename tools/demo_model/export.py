"""Trained weights to a whisper.cpp model: ``python -m demo_model.export --type q8_0 OUT.bin``."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from demo_model.ggml import FILE_TYPES, Assets, write_model
from demo_model.weights import SHIPPED, Weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHIPPED_MODEL = Path(__file__).parents[2] / "firmware/saykey/data/models/saykey-demo.bin"
SHIPPED_TYPE = "q8_0"


def full_tensors(weights: Weights) -> dict[str, NDArray[np.float32]]:
    """Whisper's tensors: no phoneme head, and a token row for the whole vocabulary."""
    tensors = {
        name: np.asarray(tensor, np.float32)
        for name, tensor in weights.tensors.items()
        if not name.startswith("ctc.")
    }
    rows = tensors["decoder.token_embedding.weight"]
    embedding = np.repeat(rows[-1:], weights.shape.vocabulary, axis=0)
    embedding[list(weights.tokens)] = rows[:-1]
    tensors["decoder.token_embedding.weight"] = embedding
    return tensors


def export(weights: Weights, assets: Assets, path: Path, file_type: str) -> None:
    """Write the model file. Same weights, same assets, same type: same bytes."""
    write_model(path, weights.shape, assets, full_tensors(weights), file_type)


def load_assets(source: Path) -> Assets:
    """A whisper.cpp model file, or the folder of openai-whisper's assets."""
    return Assets.from_openai(source) if source.is_dir() else Assets.from_model(source)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="demo_model.export", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--weights", type=Path, default=SHIPPED)
    parser.add_argument("--type", choices=list(FILE_TYPES), default=SHIPPED_TYPE)
    parser.add_argument(
        "--assets",
        type=Path,
        default=SHIPPED_MODEL,
        help="whisper.cpp model or openai-whisper's assets folder: mel bank and vocabulary",
    )
    options = parser.parse_args()
    assets = load_assets(options.assets)
    export(Weights.load(options.weights), assets, options.out, options.type)
    data = options.out.read_bytes()
    print(f"{options.out}: {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
