"""How each tensor of a network gets its values from a seed, so that its answer depends on all of them.

Weights of convolutions and linear layers keep the variance of what they take in; batch norms have the statistics that
their inputs have; what an initializer sets to one number varies around it. No branch is switched off.
"""

import math

import numpy as np
import torch
from torch import nn

from samoyed_oracle.standin import filled

_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_BATCH_NORM = nn.modules.batchnorm._BatchNorm
# A layer scale of 1e-6 would hide its block below the noise of float32.
_HIDDEN = 0.01


def normal(std: float, mean: float = 0.0) -> dict:
    """Numbers of four digits: the case contains them."""
    fill = {"kind": "normal", "std": float(f"{std:.4g}")}
    return {**fill, "mean": float(f"{mean:.4g}")} if mean else fill


def _around(value: float, *, norm: bool) -> dict:
    """For a tensor that an initializer sets to one number."""
    if norm and value == 0:
        return normal(0.05, 0.5)
    if value == 0:
        return normal(0.05)
    if abs(value) < _HIDDEN:
        return normal(0.02, math.copysign(0.1, value))
    return normal(0.1 * abs(value), value)


def _weight_fill(module: nn.Module, weight: torch.Tensor) -> dict | None:
    if isinstance(module, _CONVOLUTIONS):
        return normal(math.sqrt(2 / weight[0].numel()))
    if isinstance(module, _TRANSPOSED):
        return normal(math.sqrt(2 * math.prod(module.stride) * module.groups / weight[:, 0].numel()))
    return normal(math.sqrt(1 / weight[0].numel())) if isinstance(module, nn.Linear) else None


def _parameter_fill(module: nn.Module, key: str, value: torch.Tensor) -> dict:
    fill = _weight_fill(module, value) if key == "weight" else None
    if fill is not None:
        return fill
    first = float(value.reshape(-1)[0])
    if bool((value == first).all()):
        return _around(first, norm=key == "weight" and value.ndim == 1)
    mean, std = float(value.mean()), float(value.std())
    if value.ndim == 1 and abs(mean) + std < _HIDDEN:
        return _around(0, norm=False)
    return normal(std, mean if abs(mean) > std else 0.0)


def first_fills(model: nn.Module) -> dict[str, dict]:
    """The fill of every parameter and statistic by its name; other buffers are no weights."""
    fills = {}
    for path, module in model.named_modules():
        prefix = f"{path}." if path else ""
        for key, value in module.named_parameters(recurse=False):
            fills[prefix + key] = _parameter_fill(module, key, value.detach())
        for key, _ in module.named_buffers(recurse=False):
            if key == "running_mean":
                fills[prefix + key] = normal(0.1)
            elif key == "running_var":
                fills[prefix + key] = normal(0.1, 1.0)
            elif key == "num_batches_tracked":
                fills[prefix + key] = {"kind": "constant", "value": 0}
    return fills


def _fill(tensor: torch.Tensor, name: str, fill: dict, seed: str) -> None:
    shape = tuple(tensor.shape)
    dtype = np.int64 if tensor.dtype == torch.int64 else np.float32
    with torch.no_grad():
        tensor.copy_(torch.from_numpy(filled(name, shape, fill, seed=seed, dtype=dtype)))


def fill_weights(model: nn.Module, fills: dict[str, dict], *, seed: str) -> None:
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    for name, fill in fills.items():
        _fill(tensors[name], name, fill, seed)


def calibrated_fills(model: nn.Module, x: torch.Tensor, *, seed: str) -> dict[str, dict]:
    """The fills of a network, whose batch norms have the statistics of what they are given for `x`. Fills and runs it."""
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    fills = {name: fill for name, fill in first_fills(model).items() if name in tensors}
    fill_weights(model, fills, seed=seed)
    hooks = []

    def calibrate(path: str):
        def hook(module: nn.Module, arguments: tuple) -> None:
            value = arguments[0].detach()
            axes = [axis for axis in range(value.ndim) if axis != 1]
            mean, var = f"{path}.running_mean", f"{path}.running_var"
            spread = float(value.std())
            if spread > 0:
                fills[mean] = normal(0.1 * spread)
                _fill(module.running_mean, mean, fills[mean], seed)
                shape = [1, -1] + [1] * (value.ndim - 2)
                square = float((value - module.running_mean.view(shape)).square().mean(dim=axes).mean())
                fills[var] = normal(0.1 * square, square)
                _fill(module.running_var, var, fills[var], seed)

        return hook

    for path, module in model.named_modules():
        if isinstance(module, _BATCH_NORM) and module.running_var is not None:
            hooks.append(module.register_forward_pre_hook(calibrate(path)))
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()
    return fills
