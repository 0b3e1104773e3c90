"""Whole modules and TorchScript: files that have a network's code or its objects, not only its tensors."""

import copy

import torch
import torchvision
from torch import nn

from samoyed_oracle.variants.case import Case, alive, variant
from samoyed_oracle.variants.networks import TINY, Wrapped, changed, of_timm, of_torchvision, tiny, tiny_bottleneck

THEME = "whole"


def silu_everywhere(model: nn.Module) -> nn.Module:
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.ReLU):
                setattr(module, name, nn.SiLU())
    return model


def epsilon(model: nn.Module, value: float) -> nn.Module:
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d | nn.LayerNorm):
            module.eps = value
    return model


class Forwarded(torchvision.models.ResNet):
    """A class of one's own: its forward is code, which is in no file."""

    def forward(self, x):
        return super().forward(x)


RIGHT = {
    "torchvision-resnet18": lambda: of_torchvision("resnet18", 10),
    "timm-resnet10t": lambda: of_timm("resnet10t"),
    "timm-vit": lambda: of_timm("vit_tiny_patch16_224"),
    "timm-convnext": lambda: of_timm("convnext_atto"),
    "timm-efficientnet": lambda: of_timm("efficientnet_b0"),
    "timm-mobilenetv3": lambda: of_timm("mobilenetv3_small_050"),
    "torchvision-mobilenet_v2": lambda: of_torchvision("mobilenet_v2", 10),
    "torchvision-mobilenet_v3_small": lambda: of_torchvision("mobilenet_v3_small", 10),
    "parallel": lambda: nn.DataParallel(of_torchvision("resnet18", 10)),
    "silu": lambda: silu_everywhere(of_torchvision("resnet18", 10)),
    "epsilon": lambda: epsilon(of_torchvision("resnet18", 10), 0.05),
    "without-pooling-in-the-stem": lambda: changed(of_torchvision("resnet18", 10), maxpool=nn.Identity()),
    "without-classifier": lambda: changed(of_torchvision("resnet18", 10), fc=nn.Identity()),
    "own-class": lambda: Wrapped(
        backbone=changed(of_torchvision("resnet18", 10), fc=nn.Identity()), head=nn.Linear(512, 4)
    ),
}

for name, make in RIGHT.items():

    @variant(THEME, name)
    def _(case: Case, name: str = name, make=make) -> None:
        model = alive(make(), name).eval()
        case.save(model, "model.pt")
        plain = model.module if isinstance(model, nn.DataParallel) else model
        case.right(plain, file="model.pt", size=176 if name == "timm-resnet10t" else 224)


@variant(THEME, "under-a-key")
def _(case: Case) -> None:
    model = tiny()
    case.save({"epoch": 3, "model": model, "optimizer": torch.optim.SGD(model.parameters(), 0.1)})
    case.right(model, size=TINY)


@variant(THEME, "own-forward")
def _(case: Case) -> None:
    model = alive(Forwarded(torchvision.models.resnet.BasicBlock, [2, 2, 2, 2], num_classes=4), "own")
    case.save(model)
    case.right(model, listed=("forward of",))


@variant(THEME, "vit-epsilon")
def _(case: Case) -> None:
    # Another epsilon than timm's, said by the modules.
    case.save(epsilon(of_timm("vit_tiny_patch16_224"), 0.05))
    case.refused(r"eps 0\.05")


@variant(THEME, "convnext-relu")
def _(case: Case) -> None:
    model = of_timm("convnext_atto")
    for block in model.modules():
        if hasattr(block, "act") and isinstance(block.act, nn.Module):
            block.act = nn.ReLU()
    case.save(model)
    case.refused(r"ReLU")


@variant(THEME, "mobilenet-without-stride")
def _(case: Case) -> None:
    model = of_timm("mobilenetv3_small_050")
    model.conv_stem.stride = (1, 1)
    case.save(model)
    case.refused(r"stride 1")


@variant(THEME, "dilated")
def _(case: Case) -> None:
    model = of_timm("resnet10t", output_stride=16)
    case.save(model)
    case.right(model, size=176)


@variant(THEME, "instance-norm")
def _(case: Case) -> None:
    # Without tensors of its own, and another network.
    model = of_torchvision("resnet18", 10)
    model.bn1 = nn.Sequential(model.bn1, nn.InstanceNorm2d(64))
    case.save(alive(model, "instance"))
    case.refused(r"torch\.export|InstanceNorm")


@variant(THEME, "extra-activation-at-the-end")
def _(case: Case) -> None:
    case.save(alive(nn.Sequential(of_torchvision("resnet18", 10), nn.LogSoftmax(1)), "end"))
    case.refused(r"LogSoftmax")


@variant(THEME, "normalization-in-front")
def _(case: Case) -> None:
    # A module without tensors in front of the network that changes every pixel.
    model = alive(nn.Sequential(nn.InstanceNorm2d(3), of_torchvision("resnet18", 10)), "front")
    case.save(model)
    case.refused(r"InstanceNorm2d")


@variant(THEME, "scripted")
def _(case: Case) -> None:
    model = of_torchvision("resnet18", 10)
    torch.jit.script(model).save(case.path("model.pt"))
    case.right(model, file="model.pt")


@variant(THEME, "traced")
def _(case: Case) -> None:
    model = of_timm("mobilenetv3_small_050")
    torch.jit.trace(model, torch.zeros(1, 3, 224, 224)).save(case.path("model.pt"))
    case.right(model, file="model.pt")


@variant(THEME, "traced-wrapper")
def _(case: Case) -> None:
    model = Wrapped(net=tiny())
    torch.jit.trace(model, torch.zeros(1, 3, TINY, TINY)).save(case.path("model.ptl"))
    case.right(model, size=TINY, file="model.ptl")


@variant(THEME, "frozen")
def _(case: Case) -> None:
    torch.jit.freeze(torch.jit.script(of_torchvision("resnet18", 10).eval())).save(str(case.path("model.pt")))
    case.refused(r"frozen", file="model.pt")


@variant(THEME, "traced-frozen")
def _(case: Case) -> None:
    torch.jit.freeze(torch.jit.trace(tiny(), torch.zeros(1, 3, TINY, TINY))).save(str(case.path("model.pt")))
    case.refused(r"frozen", file="model.pt")


@variant(THEME, "optimized-for-inference")
def _(case: Case) -> None:
    # Batch norms are folded into the convolutions: a state dict of no architecture.
    frozen = torch.jit.optimize_for_inference(torch.jit.script(tiny().eval()))
    frozen.save(str(case.path("model.pt")))
    case.refused(r"frozen", file="model.pt")


@variant(THEME, "exported")
def _(case: Case) -> None:
    model = tiny()
    program = torch.export.export(model, (torch.zeros(1, 3, TINY, TINY),))
    torch.export.save(program, case.path("model.pt2"))
    case.right(model, size=TINY, file="model.pt2")


@variant(THEME, "fused-for-quantization")
def _(case: Case) -> None:
    # fuse_modules puts norms into convolutions: the norms are gone.
    model = copy.deepcopy(of_torchvision("resnet18", 10))
    torch.ao.quantization.fuse_modules(model, [["conv1", "bn1", "relu"]], inplace=True)
    case.save(model.state_dict())
    case.refused(r"bn1")


@variant(THEME, "bottleneck-caffe")
def _(case: Case) -> None:
    model = tiny_bottleneck()
    for layer in (model.layer2, model.layer3, model.layer4):
        layer[0].conv1.stride, layer[0].conv2.stride = (2, 2), (1, 1)
    case.save(model)
    case.right(model, size=TINY)
