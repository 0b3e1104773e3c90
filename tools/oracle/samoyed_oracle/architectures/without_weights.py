"""Networks whose weights are never written: their memory is reserved and not touched."""

import contextlib
from collections.abc import Iterator

import timm
import timm.layers.weight_init
import timm.models
import torch

# What fills a tensor in place and returns it.
_INITIALIZERS = [name for name in dir(torch.nn.init) if name.endswith("_") and not name.startswith("_")]

# Classes that scale their weights afterwards.
_RESCALED = [value for value in vars(timm.models).values() if "fix_init_weight" in getattr(value, "__dict__", {})]


def _leave(tensor: torch.Tensor, *_arguments, **_options) -> torch.Tensor:
    return tensor


@contextlib.contextmanager
def no_initialization() -> Iterator[None]:
    """Initializers leave parameters as they are. Buffers that are computed, such as tables of positions, are computed."""
    saved = {name: getattr(torch.nn.init, name) for name in _INITIALIZERS}
    for name in _INITIALIZERS:
        setattr(torch.nn.init, name, _leave)
    truncated = timm.layers.weight_init._trunc_normal_
    timm.layers.weight_init._trunc_normal_ = _leave
    rescale = [(owner, owner.fix_init_weight) for owner in _RESCALED]
    for owner in _RESCALED:
        owner.fix_init_weight = _leave
    try:
        yield
    finally:
        for owner, function in rescale:
            owner.fix_init_weight = function
        timm.layers.weight_init._trunc_normal_ = truncated
        for name, function in saved.items():
            setattr(torch.nn.init, name, function)


def create(name: str, **options) -> torch.nn.Module:
    """A network of timm's in evaluation mode."""
    with no_initialization():
        return timm.create_model(name, **options).eval()


def create_without_classifier(name: str) -> torch.nn.Module:
    """A network that returns its pooled features."""
    model = create(name, num_classes=0)
    # inception_next makes a classifier of no classes, and leaves it out when it is told once more.
    if any(parameter.numel() == 0 for parameter in model.parameters()):
        with no_initialization():
            model.reset_classifier(0)
    return model.eval()


def share_tensors(target: torch.nn.Module, source: torch.nn.Module) -> None:
    """Gives every module of `target` the parameters and buffers that `source` has under the same name."""
    parameters, buffers = dict(source.named_parameters()), dict(source.named_buffers())
    for path, module in target.named_modules():
        prefix = f"{path}." if path else ""
        for key in module._parameters:
            if prefix + key in parameters:
                module._parameters[key] = parameters[prefix + key]
        for key in module._buffers:
            if prefix + key in buffers:
                module._buffers[key] = buffers[prefix + key]
