"""The trained checkpoint as a typical training script writes it, and the files next to it."""

import argparse
from pathlib import Path

import torch

from .outlines import LABELS
from .picture import jpeg
from .training import network

HELD_OUT = 100
# The first hundred are all predicted correctly; only with mistakes do the predictions differ from the labels.
FIRST = 100


def write_checkpoint(folder: Path, model: torch.nn.Module, extra: dict) -> None:
    """Writes shapes.pth (zip) and shapes-legacy.pth, labels.txt and a hundred held-out images.

    Like a script that trains on several devices and saves everything: names begin with `module.`, the arguments are a
    Namespace. The optimizer's moments are omitted, because they would triple the file.
    """
    parameters = len(list(model.parameters()))
    checkpoint = {
        "epoch": extra["epoch"],
        "arch": "resnext14_8x16d_shapes",
        "state_dict": torch.nn.DataParallel(model).state_dict(),
        "optimizer": {"state": {}, "param_groups": [{**extra["param_group"], "params": list(range(parameters))}]},
        "args": argparse.Namespace(**extra["args"]),
    }
    (folder / "images").mkdir(parents=True, exist_ok=True)
    torch.save(checkpoint, folder / "shapes.pth")
    torch.save(checkpoint, folder / "shapes-legacy.pth", _use_new_zipfile_serialization=False)
    (folder / "labels.txt").write_text("".join(f"{label}\n" for label in LABELS))
    for index in range(HELD_OUT):
        data, _ = held_out(index, seed=extra["args"]["seed"])
        (folder / "images" / f"{index:03}.jpg").write_bytes(data)


def read_checkpoint(path: Path) -> dict:
    """The checkpoint as a dictionary, read by torch without executing anything."""
    with torch.serialization.safe_globals([argparse.Namespace]):
        return torch.load(path, map_location="cpu", weights_only=True)


def read_network(path: Path) -> torch.nn.Module:
    model = network()
    model.load_state_dict(
        {name.removeprefix("module."): tensor for name, tensor in read_checkpoint(path)["state_dict"].items()}
    )
    return model.eval()


def held_out(index: int, *, seed: int) -> tuple[bytes, int]:
    """A held-out image of the case, by its number in the case, and its label."""
    return jpeg("held-out", FIRST + index, seed=seed)
