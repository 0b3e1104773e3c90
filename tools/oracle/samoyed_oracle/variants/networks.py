"""Networks that the checkpoints are of, small ones first."""

import timm
import torch
import torchvision
from timm.models.resnet import BasicBlock, Bottleneck, ResNet
from torch import nn

from samoyed_oracle.variants.case import alive

TINY = 64


def tiny(classes: int = 5, block=BasicBlock, **options) -> ResNet:
    """A ResNet of 0.1 MB that nobody published."""
    return alive(ResNet(block, (1, 1, 1, 1), channels=(8, 16, 24, 32), num_classes=classes, **options), "tiny")


def tiny_bottleneck(classes: int = 5, **options) -> ResNet:
    return tiny(classes, Bottleneck, **options)


def of_timm(name: str, classes: int = 5, **options) -> nn.Module:
    return alive(timm.create_model(name, num_classes=classes, **options), name)


def of_torchvision(name: str, classes: int = 5, **options) -> nn.Module:
    return alive(getattr(torchvision.models, name)(num_classes=classes, **options), name)


class Wrapped(nn.Module):
    """Modules under names of their own, one after the other."""

    def __init__(self, **modules: nn.Module):
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for module in self.children():
            x = module(x)
        return x


def changed(model: nn.Module, **modules: nn.Module) -> nn.Module:
    """A network with other modules in the place of its own."""
    for name, module in modules.items():
        setattr(model, name, module)
    return alive(model, "changed")


def prefixed(prefix: str, state: dict) -> dict:
    return {prefix + name: value for name, value in state.items()}


def bare(state: dict) -> dict:
    """A plain dictionary, without PyTorch's `_metadata`."""
    return dict(state)


def contiguous(state: dict) -> dict:
    return {name: value.contiguous() for name, value in state.items()}


def trained(model: nn.Module) -> torch.optim.Optimizer:
    """An optimizer after one step, with its moments."""
    optimizer = torch.optim.AdamW(model.parameters())
    model.train()
    model(torch.randn(4, 3, TINY, TINY)).square().mean().backward()
    optimizer.step()
    model.eval()
    return optimizer
