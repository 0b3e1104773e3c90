"""Networks for small images, and for images of other channels."""

import torch
from torch import nn

from samoyed_oracle.variants.case import Case, alive, variant
from samoyed_oracle.variants.networks import of_timm, of_torchvision, prefixed, tiny

THEME = "stated"
CLASSES = ["ant", "bee", "cat", "dog", "elk"]


@variant(THEME, "image-channels-one")
def _(case: Case) -> None:
    case.save(of_timm("resnet10t", 3, in_chans=1).state_dict())
    case.refused(r"1 channel")


@variant(THEME, "image-channels-four")
def _(case: Case) -> None:
    case.save(tiny(in_chans=4).state_dict())
    case.refused(r"4 channels")


@variant(THEME, "small-image-stem")
def _(case: Case) -> None:
    model = of_torchvision("resnet18", 10)
    model.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    model.maxpool = nn.Identity()
    case.save(alive(model, "stem").state_dict())
    case.right(model, size=32, listed=("stem-stride", "stem-pooling"), options=("--size", "32"))


@variant(THEME, "small-image-stem-whole")
def _(case: Case) -> None:
    model = of_torchvision("resnet18", 10)
    model.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    model.maxpool = nn.Identity()
    case.save(alive(model, "stem"))
    case.right(model, size=32, options=("--size", "32"))


class KuangliuBlock(nn.Module):
    """kuangliu/pytorch-cifar, models/resnet.py, BasicBlock."""

    def __init__(self, width: int, planes: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(width, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.shortcut = nn.Sequential()
        if stride != 1 or width != planes:
            self.shortcut = nn.Sequential(nn.Conv2d(width, planes, 1, stride, bias=False), nn.BatchNorm2d(planes))

    def forward(self, x):
        out = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        return (out + self.shortcut(x)).relu()


class KuangliuNet(nn.Module):
    """kuangliu/pytorch-cifar, models/resnet.py, ResNet18: pooling is of 4 × 4, which is global for images of 32 pixels."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        width = 64
        for number, planes in enumerate((64, 128, 256, 512), 1):
            blocks = [
                KuangliuBlock(width if place == 0 else planes, planes, 2 if number > 1 and place == 0 else 1)
                for place in range(2)
            ]
            self.add_module(f"layer{number}", nn.Sequential(*blocks))
            width = planes
        self.linear = nn.Linear(512, 10)

    def forward(self, x):
        x = self.bn1(self.conv1(x)).relu()
        for number in (1, 2, 3, 4):
            x = getattr(self, f"layer{number}")(x)
        return self.linear(nn.functional.avg_pool2d(x, 4).flatten(1))


@variant(THEME, "kuangliu-resnet18")
def _(case: Case) -> None:
    model = alive(KuangliuNet(), "kuangliu")
    case.save({"net": prefixed("module.", model.state_dict()), "acc": 95.1, "epoch": 199})
    case.right(model, size=32, listed=("stem-stride", "stem-pooling"), options=("--size", "32"))


@variant(THEME, "cifar-resnet20")
def _(case: Case) -> None:
    # akamaster/pytorch_resnet_cifar10: three stages and a parameterless shortcut.
    state = {
        "conv1.weight": torch.randn(16, 3, 3, 3),
        "bn1.weight": torch.ones(16),
        "linear.weight": torch.randn(10, 64),
        "linear.bias": torch.zeros(10),
    }
    for stage, planes in enumerate((16, 32, 64), 1):
        for block in range(3):
            width = planes if block or stage == 1 else planes // 2
            state |= {
                f"layer{stage}.{block}.conv1.weight": torch.randn(planes, width, 3, 3),
                f"layer{stage}.{block}.conv2.weight": torch.randn(planes, planes, 3, 3),
            }
    case.save({"state_dict": prefixed("module.", state), "best_prec1": 91.7})
    case.refused(r"torch\.export")
