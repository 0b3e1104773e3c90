"""Values inside a network, at a few hundred positions of each stage and block: to find the layer where a backend is wrong."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from timm.models.resnet import BasicBlock, Bottleneck

from .recording import THREADS
from .standin import GOLDEN_RATIO, fmix32, fnv1a

SAMPLES = 256


def tap_names(model: torch.nn.Module) -> list[str]:
    """The activations that end the stem and each residual block, in order of computation."""
    last = {BasicBlock: "act2", Bottleneck: "act3"}
    return ["act1", *(f"{path}.{last[type(block)]}" for path, block in model.named_modules() if type(block) in last)]


def positions(name: str, size: int) -> np.ndarray:
    """Positions in a tensor of `size` elements, int32 [SAMPLES]; they depend only on its name."""
    index = np.arange(SAMPLES, dtype=np.uint32) * np.uint32(GOLDEN_RATIO) + np.uint32(fnv1a(name))
    return ((fmix32(index).astype(np.uint64) * np.uint64(size)) >> np.uint64(32)).astype(np.int32)


@contextmanager
def tapped(model: torch.nn.Module) -> Iterator[dict[str, torch.Tensor]]:
    """Copies of the tapped modules' outputs, [C, H, W] of the first image, while the model runs."""
    values: dict[str, torch.Tensor] = {}
    hooks = [
        model.get_submodule(name).register_forward_hook(
            lambda _module, _inputs, output, name=name: values.__setitem__(name, output[0].clone())
        )
        for name in tap_names(model)
    ]
    try:
        yield values
    finally:
        for hook in hooks:
            hook.remove()


def tap_values(model: torch.nn.Module, image: torch.Tensor, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """The tapped tensors of one image [3, H, W], when weights and image are cast to a dtype."""
    torch.set_num_threads(THREADS)
    network = copy.deepcopy(model).to(dtype).eval()
    with torch.inference_mode(), tapped(network) as values:
        network(image[None].to(dtype))
    return values


def samples(values: dict[str, torch.Tensor]) -> np.ndarray:
    """The chosen elements of each tensor, [taps, SAMPLES]."""
    return np.stack([value.numpy().reshape(-1)[positions(name, value.numel())] for name, value in values.items()])
