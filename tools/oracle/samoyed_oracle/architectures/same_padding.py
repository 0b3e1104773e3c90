"""timm's padding "same" as one operator with the convolution or pool that it is for, so that sizes can stay open.

timm computes that padding from the size: PyTorch's formulas for it grow with every layer, until no export ends. The
size after it is ceil(size / stride), whatever the kernel. Samoyed's reader of programs knows the three operators.
"""

import contextlib
import importlib
from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from timm.layers.padding import pad_same

# By name: timm.layers.conv2d_same is a function, too.
_MODULES = [importlib.import_module(f"timm.layers.{name}") for name in ("conv2d_same", "pool2d_same", "std_conv")]


def _sizes(x: torch.Tensor, stride: Sequence[int]) -> list:
    # The form that PyTorch's own convolutions give, for its algebra.
    return [(size - 1) // step + 1 for size, step in zip(x.shape[-2:], stride, strict=True)]


@torch.library.custom_op("samoyed::conv2d_same", mutates_args=())
def conv2d_same(
    input: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    stride: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> torch.Tensor:
    padded = pad_same(input, weight.shape[-2:], stride, dilation)
    return F.conv2d(padded, weight, bias, stride, 0, dilation, groups)


@conv2d_same.register_fake
def _(input, weight, bias, stride, dilation, groups):
    return input.new_empty([input.shape[0], weight.shape[0], *_sizes(input, stride)])


@torch.library.custom_op("samoyed::max_pool2d_same", mutates_args=())
def max_pool2d_same(
    input: torch.Tensor, kernel_size: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> torch.Tensor:
    padded = pad_same(input, kernel_size, stride, dilation, value=-float("inf"))
    return F.max_pool2d(padded, kernel_size, stride, 0, dilation)


@max_pool2d_same.register_fake
def _(input, kernel_size, stride, dilation):
    return input.new_empty([*input.shape[:-2], *_sizes(input, stride)])


@torch.library.custom_op("samoyed::avg_pool2d_same", mutates_args=())
def avg_pool2d_same(input: torch.Tensor, kernel_size: Sequence[int], stride: Sequence[int]) -> torch.Tensor:
    return F.avg_pool2d(pad_same(input, kernel_size, stride), kernel_size, stride)


@avg_pool2d_same.register_fake
def _(input, kernel_size, stride):
    return input.new_empty([*input.shape[:-2], *_sizes(input, stride)])


class _Functional:
    """torch.nn.functional for timm's modules: what takes a tensor that is to be padded becomes one operator."""

    def __init__(self) -> None:
        self._padded: torch.Tensor | None = None

    def __getattr__(self, name: str):
        return getattr(F, name)

    def pad_same(self, x: torch.Tensor, *_window, value: float = 0) -> torch.Tensor:
        self._padded = x
        return x

    def _take(self, x: torch.Tensor) -> bool:
        is_padded = self._padded is x
        if self._padded is not None and not is_padded:
            raise AssertionError("a padded tensor went to no convolution or pool")
        self._padded = None
        return is_padded

    def conv2d(self, x, weight, bias, stride, padding, dilation, groups):
        if not self._take(x):
            return F.conv2d(x, weight, bias, stride, padding, dilation, groups)
        return torch.ops.samoyed.conv2d_same(x, weight, bias, stride, dilation, groups)

    def max_pool2d(self, x, kernel_size, stride, _padding, dilation, ceil_mode):
        assert self._take(x) and not ceil_mode
        return torch.ops.samoyed.max_pool2d_same(x, kernel_size, stride, dilation)

    def avg_pool2d(self, x, kernel_size, stride, _padding, ceil_mode, _count_include_pad):
        # The layer has padded before it pools: its zeros count either way.
        assert self._take(x) and not ceil_mode
        return torch.ops.samoyed.avg_pool2d_same(x, kernel_size, stride)


@contextlib.contextmanager
def whole_same_padding() -> Iterator[None]:
    """timm's layers with padding "same" call the operators of this module."""
    functional = _Functional()
    try:
        for module in _MODULES:
            module.F, module.pad_same = functional, functional.pad_same
        yield
    finally:
        for module in _MODULES:
            module.F, module.pad_same = F, pad_same
