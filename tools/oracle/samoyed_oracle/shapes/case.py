"""Records the case of the trained checkpoint: PyTorch's outputs for the held-out images."""

from pathlib import Path

import torch

from ..assets import file_sha256
from ..recording import image_keys, load_input, logits, write_json
from ..references import asked_for, write_references
from .checkpoint import HELD_OUT, held_out, read_checkpoint, read_network
from .training import PREPROCESS

TRAINED = "../../trained"


def record_shapes(golden: Path, folder: Path) -> None:
    """Writes case.json and the recorded arrays into a folder, from golden/trained."""
    folder.mkdir(parents=True, exist_ok=True)
    trained = golden / "trained"
    model = read_network(trained / "shapes.pth")
    names = (trained / "labels.txt").read_text().splitlines()
    paths = [trained / "images" / f"{index:03}.jpg" for index in range(HELD_OUT)]
    seed = read_checkpoint(trained / "shapes.pth")["args"].seed
    labels = [held_out(index, seed=seed)[1] for index in range(HELD_OUT)]
    inputs = torch.stack([load_input(path, PREPROCESS) for path in paths])
    stored = asked_for(golden / "cases" / "shapes")
    taps, recorded = write_references(folder, model, inputs, stored=stored)
    predictions = logits(model, inputs, torch.float32).argmax(axis=1)
    images = [
        {"path": f"{TRAINED}/images/{path.name}", "sha256": file_sha256(path), "label": label}
        for path, label in zip(paths, labels, strict=True)
    ]
    write_json(
        folder / "case.json",
        {
            "schema": 1,
            "name": "shapes",
            "title": "A small ResNeXt trained on ten drawn shapes, on 100 held-out images",
            "model": "resnext14_8x16d_shapes",
            "checkpoint": {
                "kind": "file",
                "path": f"{TRAINED}/shapes.pth",
                "sha256": file_sha256(trained / "shapes.pth"),
            },
            **image_keys(images, inputs),
            "preprocess": PREPROCESS,
            "labels": names,
            "accuracy": {"correct": int((predictions == labels).sum()), "total": HELD_OUT},
            "taps": taps,
            "references": recorded,
        },
    )
