"""The stand-in generator: seeded weights, the same bits here and in packages/golden/src/stand-in.ts.

A stand-in is not a trained network. It has the exact architecture and tensor names of one whose published weights cannot
be fetched where this project is built and tested.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping

import numpy as np

GOLDEN_RATIO = 0x9E3779B9
FC_STD = 0.33
# Variances near this let an epsilon of another power of ten show; a norm's weight undoes the scale that they give.
NORM_VARIANCE = 2**-8
NORM_WEIGHT = 0.7 * 2**-4
# Undamped, a random ResNeXt-101 amplifies float32 noise 20-fold.
LAST_NORM_WEIGHT = 0.25 * 2**-4
# Small enough that the intermediate arrays of one chunk stay in the processor's cache.
CHUNK = 1 << 16


def _living(mean: float) -> dict:
    """Values around a mean and never near zero."""
    return {"kind": "normal", "std": mean / 8, "mean": mean}


_FILLS = {
    "conv.bias": {"kind": "normal", "std": 0.2},
    "bn.weight": _living(NORM_WEIGHT),
    "bn.last": _living(LAST_NORM_WEIGHT),
    # Below zero, so that what all images have in common does not outgrow what tells them apart.
    "bn.bias": {"kind": "normal", "std": 0.2, "mean": -0.3},
    "bn.mean": {"kind": "normal", "std": 0.2},
    "bn.var": _living(NORM_VARIANCE),
    "bn.count": {"kind": "constant", "value": 0},
}


def fnv1a(text: str) -> int:
    """FNV-1a, 32 bit, over the text's UTF-8 bytes."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def fmix32(value: np.ndarray) -> np.ndarray:
    """MurmurHash3's 32-bit finalizer, in place on a uint32 array."""
    value ^= value >> np.uint32(16)
    value *= np.uint32(0x85EBCA6B)
    value ^= value >> np.uint32(13)
    value *= np.uint32(0xC2B2AE35)
    value ^= value >> np.uint32(16)
    return value


def normal_scale(std: float) -> float:
    """The factor that gives a sum of four centered 16-bit uniforms this standard deviation."""
    return std / math.sqrt(4 * (65536 * 65536 - 1) / 12)


def random_chunks(name: str, count: int, *, seed: str, std: float, mean: float = 0.0) -> Iterator[np.ndarray]:
    """`count` near-normal float32 in row-major order, in pieces; none is further than 3.5 std from the mean."""
    start = np.uint32(fnv1a(f"{seed}/{name}"))
    scale = normal_scale(std)
    for first in range(0, count, CHUNK):
        index = np.arange(first, min(first + CHUNK, count), dtype=np.uint64) * 2
        even = index.astype(np.uint32) * np.uint32(GOLDEN_RATIO) + start
        a = fmix32(even.copy())
        b = fmix32(even + np.uint32(GOLDEN_RATIO))
        low = np.uint32(0xFFFF)
        total = (a & low) + (a >> np.uint32(16)) + (b & low) + (b >> np.uint32(16))
        yield ((total.astype(np.int32) - 131070) * scale + mean).astype(np.float32)


def fill_of(role: str, shape: tuple[int, ...]) -> dict:
    """How a tensor of a role gets its values, in the terms of packages/core/src/tensor/stand-in-fill.ts.

    `role` is conv, conv.bias, fc.weight, fc.bias, bn.weight, bn.last (the last batch norm's weight of a residual block), bn.bias,
    bn.mean, bn.var or bn.count.
    """
    if role in _FILLS:
        return _FILLS[role]
    if role == "fc.bias":
        return {"kind": "head"}
    if role == "fc.weight":
        return {"kind": "normal", "std": FC_STD}
    if role == "conv":
        return {"kind": "normal", "std": math.sqrt(2 / math.prod(shape[1:]))}
    raise ValueError(f"unknown role {role!r}")


def stand_in_tensor(
    name: str, shape: tuple[int, ...], *, role: str, seed: str, head: np.ndarray | None = None
) -> np.ndarray:
    """One tensor of a stand-in. `head` is the solved bias, for fc.bias only."""
    fill = fill_of(role, shape)
    if fill["kind"] == "head":
        if head is None or head.shape != shape or head.dtype != np.float32:
            raise ValueError(f"{name} of shape {shape} needs a float32 head of that shape")
        return head
    return filled(name, shape, fill, seed=seed, dtype=np.int64 if role == "bn.count" else np.float32)


def filled(name: str, shape: tuple[int, ...], fill: dict, *, seed: str, dtype=np.float32) -> np.ndarray:
    """A tensor by its fill: constant, or near-normal with a standard deviation and, optionally, a mean."""
    if fill["kind"] == "constant":
        return np.full(shape, fill["value"], dtype=dtype)
    out = np.empty(math.prod(shape), dtype=np.float32)
    position = 0
    for chunk in random_chunks(name, out.size, seed=seed, std=fill["std"], mean=fill.get("mean", 0.0)):
        out[position : position + chunk.size] = chunk
        position += chunk.size
    return out.reshape(shape)


def roles(model) -> dict[str, str]:
    """The role of each tensor of a timm ResNet's state dict, in PyTorch's order."""
    import torch
    from timm.models.resnet import BasicBlock, Bottleneck

    last = {BasicBlock: "bn2", Bottleneck: "bn3"}
    damped = {f"{path}.{last[type(block)]}" for path, block in model.named_modules() if type(block) in last}
    kinds = {}
    for path, module in model.named_modules():
        if isinstance(module, (torch.nn.Conv1d, torch.nn.Conv2d)):
            kinds[f"{path}.weight"] = "conv"
            kinds[f"{path}.bias"] = "conv.bias"
        elif isinstance(module, torch.nn.Linear):
            kinds[f"{path}.weight"] = "fc.weight"
            kinds[f"{path}.bias"] = "fc.bias"
        elif isinstance(module, torch.nn.BatchNorm2d):
            kinds[f"{path}.weight"] = "bn.last" if path in damped else "bn.weight"
            kinds[f"{path}.bias"] = "bn.bias"
            kinds[f"{path}.running_mean"] = "bn.mean"
            kinds[f"{path}.running_var"] = "bn.var"
            kinds[f"{path}.num_batches_tracked"] = "bn.count"
    return {name: kinds[name] for name in model.state_dict()}


def norm_channels(model) -> dict[str, int]:
    """The channels of each batch norm, by its path in PyTorch's order: what `signs.bin` has a bit for."""
    import torch

    return {
        path: module.num_features for path, module in model.named_modules() if isinstance(module, torch.nn.BatchNorm2d)
    }


def pack_signs(negative: Mapping[str, np.ndarray]) -> bytes:
    """One bit for each channel of each batch norm, in order, least significant first; 1 where it is turned around."""
    return np.packbits(np.concatenate(list(negative.values())), bitorder="little").tobytes()


def unpack_signs(model, packed: bytes) -> dict[str, np.ndarray]:
    """What `pack_signs` packed: bool [channels] by the norm's path."""
    channels = norm_channels(model)
    bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=sum(channels.values()), bitorder="little").astype(bool)
    return dict(zip(channels, np.split(bits, np.cumsum(list(channels.values()))[:-1]), strict=True))


def load_stand_in(
    model, *, seed: str, head: np.ndarray | None = None, negative: Mapping[str, np.ndarray] | None = None
) -> None:
    """Fills a timm ResNet with stand-in weights; without a head its fc.bias is zero.

    Channels in `negative`, by the norm's path, have weight and bias of the other sign: see `solve_signs`.
    """
    import torch

    kinds = roles(model)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            role = kinds[name]
            shape = tuple(tensor.shape)
            bias = np.zeros(shape, np.float32) if role == "fc.bias" and head is None else head
            values = stand_in_tensor(name, shape, role=role, seed=seed, head=bias)
            if negative is not None and role in ("bn.weight", "bn.last", "bn.bias"):
                values[negative[name.rpartition(".")[0]]] *= -1
            tensor.copy_(torch.from_numpy(values))


def weights_sha256(state: Mapping[str, object]) -> str:
    """SHA-256 over the bytes of all tensors of a state dict, in its order."""
    digest = hashlib.sha256()
    for tensor in state.values():
        digest.update(np.ascontiguousarray(tensor.numpy()))
    return digest.hexdigest()
