"""A case's recorded references: for the unchanged weights, and for each way of storing them that the case requests."""

import json
from pathlib import Path

import numpy as np
import torch

from .recording import environment, logits, noise
from .standin import weights_sha256
from .stored import folded_network, folded_tensors, read_back, tensors_sha256
from .taps import positions, samples, tap_values


def asked_for(folder: Path) -> list[dict]:
    """The references with `stored` that a case.json requests: a person writes `stored` and the budget for the drift."""
    path = folder / "case.json"
    references = json.loads(path.read_text()).get("references", []) if path.exists() else []
    return [{key: ref[key] for key in ("stored", "budget") if key in ref} for ref in references if "stored" in ref]


def write_references(
    folder: Path, model: torch.nn.Module, inputs: torch.Tensor, *, stored: list[dict]
) -> tuple[dict, list[dict]]:
    """Writes the arrays of all recordings of a model on inputs [images, 3, H, W].

    Returns the case's `taps` and its recorded references, that of the unchanged weights first.
    """
    references = [write_recorded(folder, model, inputs, suffix="", weights=weights_sha256(model.state_dict()))]
    tensors = folded_tensors(model)
    for asked in stored:
        kept = read_back(tensors, asked["stored"])
        recorded = write_recorded(
            folder,
            folded_network(model, kept),
            inputs,
            suffix=f".{asked['stored']}",
            weights=tensors_sha256(kept),
        )
        references.append({"kind": recorded.pop("kind"), **asked, **recorded})
    return write_positions(folder, model, inputs[0]), references


def write_recorded(folder: Path, model: torch.nn.Module, inputs: torch.Tensor, *, suffix: str, weights: str) -> dict:
    """Writes the outputs of one network in float64 and float32, and returns the reference that names the files."""
    files: dict[str, str] = {}
    arrays: dict[str, np.ndarray] = {}
    for bits, dtype in (("64", torch.float64), ("32", torch.float32)):
        arrays[f"logits{bits}"] = logits(model, inputs, dtype)
        arrays[f"taps{bits}"] = samples(tap_values(model, inputs[0], dtype))
    for name, array in arrays.items():
        files[name] = f"{name}{suffix}.npy"
        np.save(folder / files[name], array)
    return {
        "kind": "recorded",
        **files,
        "noise": noise(arrays["logits64"], arrays["logits32"]),
        "environment": environment(),
        "weightsSha256": weights,
    }


def write_positions(folder: Path, model: torch.nn.Module, image: torch.Tensor) -> dict:
    """Writes the sampled positions of the tapped tensors, and returns the case's `taps`."""
    values = tap_values(model, image, torch.float32)
    places = np.stack([positions(name, value.numel()) for name, value in values.items()])
    np.save(folder / "tap-positions.npy", places)
    layers = [{"name": name, "shape": list(value.shape)} for name, value in values.items()]
    return {"positions": "tap-positions.npy", "layers": layers}
