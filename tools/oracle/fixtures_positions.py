"""Writes packages/models/fixtures/positions.json: tables of positions, and of relative ones, that timm resampled.

    .venv/bin/python fixtures_positions.py

Recorded are timm's results in float64, and the difference of float32 from them. The tables come from the seeded generator.
"""

import json
import math
from pathlib import Path

import samoyed_oracle.torchvision_shim  # noqa: F401
import torch
from fixtures_models import noise
from samoyed_oracle.standin import random_chunks
from timm.layers import resample_abs_pos_embed, resize_rel_pos_bias_table
from torch.nn.functional import interpolate

TARGET = Path(__file__).resolve().parents[2] / "packages" / "models" / "fixtures" / "positions.json"
SEED = "positions-1"
WIDTH = 2
# Tokens before the patches, patches along a side, and of the new table.
CASES = ((1, 16, (14, 14)), (1, 14, (24, 24)), (0, 14, (7, 7)), (2, 7, (7, 9)), (5, 16, (5, 12)), (1, 2, (14, 14)))
# Windows, other tokens, and whether heads come first.
RELATIVE = ((7, 12, 0, False), (12, 7, 0, False), (14, 24, 3, False), (7, 16, 0, True), (8, 7, 0, True))


def seeded(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    chunks = [*random_chunks(name, math.prod(shape), seed=SEED, std=1.0)]
    return torch.cat([torch.from_numpy(chunk) for chunk in chunks]).reshape(shape)


def relative_shape(window: int, tokens: int, *, heads_first: bool) -> tuple[int, ...]:
    side = 2 * window - 1
    return (WIDTH, side, side) if heads_first else (side * side + tokens, WIDTH)


def relative_cases() -> list[dict]:
    cases = []
    for index, (window, target, tokens, heads_first) in enumerate(RELATIVE):
        shape, new = [relative_shape(size, tokens, heads_first=heads_first) for size in (window, target)]
        table = seeded(f"relative.{index}", shape)
        rounded = resize_rel_pos_bias_table(table, (target, target), new)
        # timm computes where positions are in the default dtype.
        torch.set_default_dtype(torch.float64)
        values = resize_rel_pos_bias_table(table, (target, target), new).double()
        torch.set_default_dtype(torch.float32)
        cases.append(
            {
                "shape": shape,
                "windows": [window, target],
                "newShape": new,
                "noise": noise(values.numpy(), rounded.double().numpy()),
                "values": values.reshape(-1).tolist(),
            }
        )
    return cases


def exact(table: torch.Tensor, tokens: int, side: int, size: tuple[int, int]) -> torch.Tensor:
    """timm's function in float64; its own computes in float32."""
    prefix, grid = table[:, :tokens].double(), table[:, tokens:].double()
    grid = grid.reshape(1, side, side, -1).permute(0, 3, 1, 2)
    grid = interpolate(grid, size=size, mode="bicubic", antialias=True)
    return torch.cat([prefix, grid.permute(0, 2, 3, 1).reshape(1, -1, WIDTH)], dim=1)


def main() -> None:
    cases = []
    for index, (tokens, side, size) in enumerate(CASES):
        shape = (1, tokens + side * side, WIDTH)
        table = seeded(f"table.{index}", shape)
        rounded = resample_abs_pos_embed(table, list(size), num_prefix_tokens=tokens)
        values = exact(table, tokens, side, size)
        cases.append(
            {
                "tokens": tokens,
                "side": side,
                "size": size,
                "noise": noise(values.numpy(), rounded.double().numpy()),
                "values": values.reshape(-1).tolist(),
            }
        )
    document = {"seed": SEED, "width": WIDTH, "cases": cases, "relative": relative_cases()}
    TARGET.write_text(json.dumps(document, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
