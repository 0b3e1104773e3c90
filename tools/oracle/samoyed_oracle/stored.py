"""Weights stored in fewer bits, and the network that computes with the values read back.

Converters fold each batch norm into the convolution before it and store the folded weights. Both are repeated here
from the rules alone: nothing that Samoyed wrote is read, so that a converter that rounds differently is detected.
"""

import copy
import hashlib
from collections.abc import Iterator

import numpy as np
import torch


def norms(model: torch.nn.Module) -> Iterator[tuple[str, str]]:
    """The paths of each convolution and of the batch norm after it, in timm's registration order."""
    convolution = None
    for path, module in model.named_modules():
        if isinstance(module, torch.nn.Conv2d):
            convolution = path
        elif isinstance(module, torch.nn.BatchNorm2d):
            if convolution is None or model.get_submodule(convolution).out_channels != module.num_features:
                raise ValueError(f"{path}: no convolution of {module.num_features} outputs precedes it")
            yield convolution, path
            convolution = None


def folded_tensors(model: torch.nn.Module) -> dict[str, np.ndarray]:
    """Weight and bias of every convolution and linear of a float32 ResNet without its batch norms.

    BN(conv(x, W)) = conv(x, s W) + (beta - s mean) with s = gamma / sqrt(var + epsilon): in float64, each product rounded
    once to float32. epsilon is the float32 value in files.
    """
    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    tensors = {name: state[name] for name in ("fc.weight", "fc.bias")}
    for convolution, norm in norms(model):
        if f"{convolution}.bias" in state:
            raise ValueError(f"{convolution} has a bias and a batch norm")
        gamma, beta, mean, variance = (
            state[f"{norm}.{name}"].astype(np.float64) for name in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gamma / np.sqrt(variance + np.float64(np.float32(model.get_submodule(norm).eps)))
        weight = state[f"{convolution}.weight"]
        tensors[f"{convolution}.weight"] = (weight * scale[:, None, None, None]).astype(np.float32)
        tensors[f"{convolution}.bias"] = (beta + scale * (0 - mean)).astype(np.float32)
    return tensors


def halved(values: np.ndarray) -> np.ndarray:
    """To float16 and back: rounded to nearest, ties to even."""
    return values.astype(np.float16).astype(np.float32)


def half_up(values: np.ndarray) -> np.ndarray:
    """The nearest integers, as in JavaScript's Math.round."""
    floor = np.floor(values)
    return floor + (values - floor >= 0.5)


def affine(values: np.ndarray, largest: int) -> np.ndarray:
    """To integers from 0 to `largest` with one scale for the whole tensor, and back: value = integer * scale + min.

    Same as `quantization.py` of tensorflowjs 4.22 (range nudged so that zero is an integer), and as tfjs reads it back
    (tfjs-core 4.22, `io/io_utils.ts`): in float64, rounded once to float32.
    """
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    if low == high:
        return values
    scale = (high - low) / largest
    zero = half_up(np.float64(-low / scale))
    integers = np.clip(half_up(values / np.float64(scale) + zero), 0, largest)
    return (integers * scale + -(zero * scale)).astype(np.float32)


def by_channel(values: np.ndarray) -> np.ndarray:
    """To integers from -127 to 127 and back, with one scale for each output channel: docs/smyd-format.md, `int8`."""
    rows = values.reshape(len(values), -1)
    scales = (np.abs(rows).max(axis=1).astype(np.float64) / 127).astype(np.float32)
    scales[scales < np.float32(2.0**-126)] = 1
    # Adding 0 makes 0 of -0: integers have one zero.
    integers = np.rint(rows / scales.astype(np.float64)[:, None]) + 0.0
    return (integers * scales[:, None]).astype(np.float32).reshape(values.shape)


STORED = {
    "float16": halved,
    "int8": by_channel,
    "uint8": lambda values: affine(values, 255),
    "uint16": lambda values: affine(values, 65535),
}


def read_back(tensors: dict[str, np.ndarray], stored: str) -> dict[str, np.ndarray]:
    """The tensors read back after storing: those of two or more axes change, biases stay float32."""
    return {name: STORED[stored](values) if values.ndim > 1 else values for name, values in tensors.items()}


def folded_network(model: torch.nn.Module, tensors: dict[str, np.ndarray]) -> torch.nn.Module:
    """timm's network with these weights and biases, and without batch norms."""
    network = copy.deepcopy(model)
    for convolution, norm in list(norms(network)):
        bias = torch.zeros(network.get_submodule(convolution).out_channels)
        network.get_submodule(convolution).bias = torch.nn.Parameter(bias)
        network.set_submodule(norm, torch.nn.Identity())
    network.load_state_dict({name: torch.from_numpy(values) for name, values in tensors.items()}, strict=True)
    return network.eval()


def tensors_sha256(tensors: dict[str, np.ndarray]) -> str:
    """SHA-256 over a line `NAME SHA-256` for each tensor's float32 bytes, in the order of names."""
    lines = [
        f"{name} {hashlib.sha256(np.ascontiguousarray(tensors[name], '<f4')).hexdigest()}\n" for name in sorted(tensors)
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
