"""Train the demonstration network: ``python -m demo_model.train --data corpus/train*.json``.

Needs PyTorch; runs on CPU cores. Several processes train copies of the network, whose parameters
are averaged every few steps (local SGD). Go on from trained weights with --init.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from demo_model.export import SHIPPED_MODEL


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="demo_model.train", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="NAME.json of shards")
    parser.add_argument("--held-out", type=Path, required=True, help="NAME.json of one shard")
    parser.add_argument("--out", type=Path, required=True, help="weights file to write")
    parser.add_argument("--init", type=Path, help="weights to go on from")
    parser.add_argument("--assets", type=Path, default=SHIPPED_MODEL)
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--peak-rate", type=float, default=1.2e-3)
    parser.add_argument("--warm-up", type=int, default=300, help="steps")
    parser.add_argument("--frames", type=int, default=5000, help="a batch, padding included")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--port", type=int, default=29511)
    parser.add_argument("--seed", type=int, default=1)
    arguments = vars(parser.parse_args())

    from demo_model.trainer import Options, train

    train(Options(**arguments))


if __name__ == "__main__":
    main()
