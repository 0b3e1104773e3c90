"""Records one network: its program, its tensors' fills, PyTorch's logits in float64 and float32."""

import copy
import gc
import hashlib
import json
import math
from pathlib import Path

import numpy as np
import torch

from samoyed_oracle.census.fills import calibrated_fills, fill_weights, normal
from samoyed_oracle.census.networks import create, input_sizes
from samoyed_oracle.census.program import export, read_saved, write_gzip
from samoyed_oracle.recording import THREADS, environment, noise, write_json
from samoyed_oracle.standin import filled

SEED = "census-1"
INPUT = "input"
# A tensor that moves the answer by less than this is at most noise: the bias of attention's keys, which softmax ignores.
IDLE = 1e-6
# Above this share of idle tensors the answer says too little about the network.
MAX_IDLE = 0.2
# Above this ratio of noise to answer a network is chaotic, and F tells right from wrong too late.
MAX_NOISE = 1e-3
# Masks and tables of one number compress a hundredfold.
MAX_STORED = 32 << 20


class Unfit(Exception):
    """The network cannot be a case, and why."""


def seeded_input(shape: tuple[int, ...]) -> torch.Tensor:
    return torch.from_numpy(filled(INPUT, (1, *shape), normal(1.0), seed=SEED))


def prepared(name: str, size: tuple[int, ...] | None) -> tuple[torch.nn.Module, torch.Tensor, dict]:
    """A filled network that has not run yet, its input [1, C, H, W] and the fills."""
    failures = []
    model = create(name)
    for size in input_sizes(name, model) if size is None else [size]:
        x = seeded_input(size)
        try:
            # What has run may keep tensors that an export then takes for constants.
            fills = calibrated_fills(copy.deepcopy(model), x, seed=SEED)
        except (RuntimeError, AssertionError, ValueError) as error:
            failures.append(f"{size}: {error}")
            continue
        fill_weights(model, fills, seed=SEED)
        return model, x, fills
    raise Unfit("; ".join(failures))


def logits(model: torch.nn.Module, x: torch.Tensor) -> np.ndarray:
    """The logits of a copy, in one row."""
    network = copy.deepcopy(model)
    with torch.inference_mode():
        output = network(x)
    if not isinstance(output, torch.Tensor):
        raise Unfit(f"its output is a {type(output).__name__}; expected one tensor")
    return output.numpy().reshape(1, -1)


def idle_tensors(model: torch.nn.Module, x: torch.Tensor) -> list[str]:
    """The parameters that hardly matter: one backward pass of a sum of the logits with seeded signs."""
    named = dict(model.named_parameters())
    output = model(x).reshape(-1)
    signs = torch.from_numpy(np.where(filled("signs", tuple(output.shape), normal(1.0), seed=SEED) < 0, -1, 1))
    gradients = torch.autograd.grad((output * signs).sum(), list(named.values()), allow_unused=True)
    limit = IDLE * float(output.detach().norm())
    return [
        name
        for (name, value), gradient in zip(named.items(), gradients, strict=True)
        if gradient is None or not float((gradient * value.detach()).norm()) > limit
    ]


def tensor_entries(program, fills: dict, configs: list[tuple[str, dict]]) -> tuple[list[dict], bytes, str]:
    """The tensors in the file's order, the bytes of those that no seed gives, and the hash over all."""
    available = {**program.constants, **program.state_dict}
    entries, stored, digest = [], bytearray(), hashlib.sha256()
    # Weights that a network uses under several names have the values of the one that is filled.
    owners = {available[name].data_ptr(): name for name in fills if available[name].numel() > 1}
    for place, config in configs:
        for name in config:
            tensor = available[name].detach()
            data = np.ascontiguousarray(tensor.numpy())
            digest.update(data)
            entry = {"name": name, "place": place, "dtype": str(tensor.dtype).removeprefix("torch."), "shape": list(tensor.shape)}
            owner = name if name in fills else owners.get(tensor.data_ptr())
            if owner is not None and available[owner].shape == tensor.shape:
                entry["fill"] = fills[owner]
                if owner != name:
                    entry["sharedWith"] = owner
            else:
                entry["offset"] = len(stored)
                stored += data.tobytes()
            entries.append(entry)
    if len(stored) > MAX_STORED:
        raise Unfit(f"{len(stored)} bytes of tensors come from no seed")
    return entries, bytes(stored), digest.hexdigest()


def record(module: str, name: str, folder: Path, size: tuple[int, ...] | None = None) -> dict:
    """Writes the case of a network into a folder and returns what case.json has. `size` is the census's by default."""
    torch.set_num_threads(THREADS)
    model, x, fills = prepared(name, size)
    program = export(copy.deepcopy(model), x.repeat(2, 1, 1, 1))
    saved, weights, constants = read_saved(program)
    entries, stored, sha256 = tensor_entries(program, fills, [("weights", weights), ("constants", constants)])
    del program
    gc.collect()
    logits32 = logits(model, x)
    idle = idle_tensors(copy.deepcopy(model), x)
    parameters = dict(model.named_parameters())
    if len(idle) > MAX_IDLE * len(parameters):
        raise Unfit(f"{len(idle)} of {len(parameters)} parameters do not matter: {', '.join(idle[:5])}, …")
    logits64 = logits(model.double(), x.double())
    unit = noise(logits64, logits32)
    spread = float(logits64.std())
    if not (math.isfinite(spread) and 0 < unit["max"] < MAX_NOISE * spread):
        raise Unfit(f"the noise of float32 is {unit['max']:.2g} and the logits' deviation {spread:.2g}")
    folder.mkdir(parents=True, exist_ok=True)
    write_gzip(folder / "program.json.gz", saved)
    write_gzip(folder / "tensors.json.gz", json.dumps(entries, separators=(",", ":")).encode())
    (folder / "stored.bin.gz").unlink(missing_ok=True)
    if stored:
        write_gzip(folder / "stored.bin.gz", stored)
    np.save(folder / "logits64.npy", logits64.astype(np.float64))
    np.save(folder / "logits32.npy", logits32.astype(np.float32))
    case = {
        "schema": 1,
        "name": name,
        "module": module,
        "parameters": sum(value.numel() for value in parameters.values()),
        "seed": SEED,
        "input": [1, *x.shape[1:]],
        "weightsSha256": sha256,
        "idle": idle,
        "reference": {
            "kind": "recorded",
            "logits64": "logits64.npy",
            "logits32": "logits32.npy",
            "noise": unit,
            "environment": environment(),
        },
    }
    write_json(folder / "case.json", case)
    return case
