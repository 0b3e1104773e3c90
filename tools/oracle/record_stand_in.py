"""Records the bits of the stand-in generator, for the tests of both implementations.

tools/oracle/.venv/bin/python tools/oracle/record_stand_in.py
"""

import hashlib
import json
from pathlib import Path

import numpy as np

from samoyed_oracle.standin import fill_of, filled, stand_in_tensor

OUT = Path(__file__).resolve().parents[2] / "packages" / "golden" / "fixtures" / "stand-in.json"

TENSORS = [
    ("conv1.weight", (64, 3, 7, 7), "conv"),
    ("layer1.0.conv2.weight", (128, 4, 3, 3), "conv"),
    ("layer4.2.conv3.weight", (300, 1025, 1, 1), "conv"),  # more than one chunk, and not a multiple of it
    ("layer1.0.conv1.bias", (64,), "conv.bias"),
    ("fc.weight", (1000, 2048), "fc.weight"),
    ("fc.bias", (1000,), "fc.bias"),
    ("bn1.weight", (64,), "bn.weight"),
    ("layer1.0.bn3.weight", (256,), "bn.last"),
    ("bn1.bias", (64,), "bn.bias"),
    ("bn1.running_mean", (64,), "bn.mean"),
    ("bn1.running_var", (64,), "bn.var"),
    ("bn1.num_batches_tracked", (), "bn.count"),
    ("größe.犬.weight", (5, 1, 1, 1), "conv"),  # names are hashed as UTF-8
]


NORMAL = [
    ("bn1.running_var", (300,), {"kind": "normal", "std": 0.1437, "mean": 1.013}),
    ("pos_embed", (1, 197, 192), {"kind": "normal", "std": 0.02, "mean": -1e-3}),
]


def head(count: int) -> np.ndarray:
    """A head for the tests: i / 8 - 60."""
    return np.arange(count, dtype=np.float32) / 8 - 60


def describe(name: str, shape: tuple[int, ...], role: str, seed: str) -> dict:
    array = stand_in_tensor(name, shape, role=role, seed=seed, head=head(*shape) if role == "fc.bias" else None)
    return described(name, array, fill_of(role, shape), seed)


def described(name: str, array: np.ndarray, fill: dict, seed: str) -> dict:
    return {
        "name": name,
        "shape": list(array.shape),
        "dtype": str(array.dtype),
        "fill": fill,
        "seed": seed,
        "sha256": hashlib.sha256(array.tobytes()).hexdigest(),
        "first": [float(value) for value in array.reshape(-1)[:4]],
    }


def describe_all() -> list[dict]:
    by_role = [describe(*tensor, seed) for seed in ("samoyed-2", "another seed") for tensor in TENSORS]
    seed = "samoyed-2"
    return by_role + [described(name, filled(name, shape, fill, seed=seed), fill, seed) for name, shape, fill in NORMAL]


if __name__ == "__main__":
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(describe_all(), indent=2, ensure_ascii=False) + "\n")
