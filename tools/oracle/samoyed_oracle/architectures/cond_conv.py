"""timm's CondConv2d without the size of the batch in its attributes, so that the batch can stay open.

timm mixes the experts' weights for each image and convolves the batch as groups of one image. Convolution is linear in
the weights: the experts' results, mixed, are the same.
"""

import contextlib
from collections.abc import Iterator

import torch
from timm.layers.cond_conv2d import CondConv2d, conv2d_same
from torch.nn.functional import conv2d


def _mixed(self: CondConv2d, x: torch.Tensor, routing_weights: torch.Tensor) -> torch.Tensor:
    assert self.bias is None
    convolve = conv2d_same if self.dynamic_padding else conv2d
    mixed = 0
    for expert in range(self.num_experts):
        weight = self.weight[expert].view(self.weight_shape)
        result = convolve(x, weight, None, self.stride, self.padding, self.dilation, self.groups)
        mixed = mixed + result * routing_weights[:, expert].view(-1, 1, 1, 1)
    return mixed


@contextlib.contextmanager
def mixed_results() -> Iterator[None]:
    """Every CondConv2d mixes the experts' results in place of their weights."""
    forward = CondConv2d.forward
    CondConv2d.forward = _mixed
    try:
        yield
    finally:
        CondConv2d.forward = forward
