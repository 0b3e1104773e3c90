"""Effect of deliberate mistakes on a stand-in's five probabilities: whether the tolerance separates right from wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from .recording import load_input, logits, softmax, transform


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


# A whole tensor; one channel's batch norm; the largest single weight.
WEIGHT_MISTAKES = {
    "layer1.0.conv2.weight +1 %": ("layer1.0.conv2.weight", slice(None)),
    "bn1.weight[0] +1 %": ("bn1.weight", 0),
    "largest single weight of conv1.weight +1 %": ("conv1.weight", None),
}


@contextmanager
def scaled(model: torch.nn.Module, name: str, where: slice | int | None) -> Iterator[None]:
    """Some elements of a parameter 1 % larger."""
    parameter = model.get_parameter(name)
    before = parameter.detach().clone()
    with torch.no_grad():
        parameter.view(-1)[before.abs().argmax() if where is None else where] *= 1.01
        yield
        parameter.copy_(before)


def sensitivity(model: torch.nn.Module, config: dict, image: Path, *, top: list[dict], floor: float) -> list[dict]:
    """One row for each mistake: the changes of the named probabilities and the logits."""
    right = load_input(image, config)
    reference = logits(model, right[None], torch.float32)[0]
    indices = [entry["index"] for entry in top]
    expected = np.array([entry["probability"] for entry in top])

    def row(mistake: str, values: np.ndarray) -> dict:
        moved = float(np.abs(values - reference).max())
        return {
            "mistake": mistake,
            "probability": float(f"{np.abs(softmax(values)[indices] - expected).max():.3g}"),
            "logit": float(f"{moved:.3g}"),
            "noise": float(f"{moved / floor:.3g}"),
            "top1": "same" if values.argmax() == indices[0] else "different",
        }

    rows = [row("none", reference)]
    for mistake, make in INPUT_MISTAKES.items():
        rows.append(row(mistake, logits(model, make(config, image)[None], torch.float32)[0]))
    for mistake, (name, where) in WEIGHT_MISTAKES.items():
        with scaled(model, name, where):
            rows.append(row(mistake, logits(model, right[None], torch.float32)[0]))
    return rows
