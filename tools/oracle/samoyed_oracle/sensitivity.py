"""What deliberate mistakes do to a stand-in's five probabilities: whether the tolerance tells right from wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from .recording import load_input, logits, softmax, transform

MUTATED = "layer1.0.conv2.weight"


def altered(config: dict, image: Path, **changes) -> torch.Tensor:
    return load_input(image, {**config, **changes})


def reordered(config: dict, image: Path) -> torch.Tensor:
    """Blue first: swapped before the mean and the deviation of each channel are applied."""
    with Image.open(image) as opened:
        red, green, blue = opened.convert("RGB").split()
    return transform(config)(Image.merge("RGB", (blue, green, red)))


INPUT_MISTAKES: dict[str, Callable[[dict, Path], torch.Tensor]] = {
    "bicubic instead of bilinear": lambda config, image: altered(config, image, interpolation="bicubic"),
    "nearest instead of bilinear": lambda config, image: altered(config, image, interpolation="nearest"),
    "red and blue swapped": reordered,
    "no crop: the whole image squashed": lambda config, image: altered(config, image, cropPct=1.0, cropMode="squash"),
    "crop of 0.95 instead of 0.875": lambda config, image: altered(config, image, cropPct=0.95),
    "mean and deviation 0.5": lambda config, image: altered(config, image, mean=[0.5] * 3, std=[0.5] * 3),
    "crop one pixel to the right": lambda config, image: altered(config, image).roll(-1, dims=2),
}


@contextmanager
def scaled(model: torch.nn.Module, where: str) -> Iterator[None]:
    """One weight tensor, or its largest single weight, 1 % larger."""
    weight = model.get_parameter(MUTATED)
    before = weight.detach().clone()
    with torch.no_grad():
        if where == "all":
            weight.mul_(1.01)
        else:
            weight.view(-1)[before.abs().argmax()] *= 1.01
        yield
        weight.copy_(before)


def sensitivity(model: torch.nn.Module, config: dict, image: Path, *, top: list[dict], tolerance: float) -> list[dict]:
    """One row for each mistake: how far it moves the named probabilities and the logits."""
    right = load_input(image, config)
    reference = logits(model, right[None], torch.float32)[0]
    indices = [entry["index"] for entry in top]
    expected = np.array([entry["probability"] for entry in top])

    def row(mistake: str, values: np.ndarray) -> dict:
        moved = float(np.abs(softmax(values)[indices] - expected).max())
        return {
            "mistake": mistake,
            "probability": moved,
            "logit": float(np.abs(values - reference).max()),
            "top1": "same" if values.argmax() == indices[0] else "different",
            "caught": moved > tolerance,
        }

    rows = [row("none", reference)]
    for mistake, make in INPUT_MISTAKES.items():
        rows.append(row(mistake, logits(model, make(config, image)[None], torch.float32)[0]))
    for where, words in (("all", f"{MUTATED} +1 %"), ("one", f"largest single weight of {MUTATED} +1 %")):
        with scaled(model, where):
            rows.append(row(words, logits(model, right[None], torch.float32)[0]))
    return rows
