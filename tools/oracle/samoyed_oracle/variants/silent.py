"""Networks whose tensors do not show what they compute: it is listed, and an option gives it."""

import argparse

from timm.layers import BlurPool2d
from torch import nn

from samoyed_oracle.variants.case import Case, alive, variant
from samoyed_oracle.variants.networks import TINY, changed, of_timm, tiny, tiny_bottleneck

THEME = "stated"
CLASSES = ["ant", "bee", "cat", "dog", "elk"]

# What no tensor shows: it is listed, and an option gives it.
SILENT = {
    "activation": (lambda: tiny(act_layer=nn.SiLU), "activation=silu"),
    "activation-leaky": (lambda: tiny(act_layer=nn.LeakyReLU), "activation=leaky_relu"),
    "anti-aliasing": (lambda: tiny(aa_layer=BlurPool2d), "anti-aliasing=blur"),
    "pooling": (lambda: tiny(global_pool="avgmax"), "pooling=avgmax"),
    "output-stride": (lambda: tiny(output_stride=8), "output-stride=8"),
    "stem-pooling": (lambda: changed(tiny(), maxpool=nn.Identity()), "stem-pooling=none"),
    "stride-in": (lambda: caffe(), "stride-in=conv1"),
    "epsilon": (lambda: with_epsilon(tiny(), 0.05), "epsilon=0.05"),
}


def caffe() -> nn.Module:
    model = tiny_bottleneck()
    for layer in (model.layer2, model.layer3, model.layer4):
        layer[0].conv1.stride, layer[0].conv2.stride = (2, 2), (1, 1)
    return model


def with_epsilon(model: nn.Module, value: float) -> nn.Module:
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d | nn.LayerNorm):
            module.eps = value
    return model


for name, (make, assumed) in SILENT.items():

    @variant(THEME, f"assumed-{name}")
    def _(case: Case, make=make, assumed: str = assumed) -> None:
        model = make()
        case.save(model.state_dict())
        case.right(model, size=TINY, options=("--assume", assumed), listed=(assumed.split("=")[0],))


@variant(THEME, "assumed-strict")
def _(case: Case) -> None:
    case.save(tiny().state_dict())
    case.refused(r"strict[\s\S]*activation[\s\S]*--assume activation=", options=("--strict",))


# The same for networks that are data.
CATALOGUE = {
    "mobilenetv3_small_050": (lambda model: with_epsilon(model, 0.05), "epsilon=0.05"),
    "vit_tiny_patch16_224": (lambda model: with_epsilon(model, 0.05), "epsilon=0.05"),
    "convnext_atto": (lambda model: with_epsilon(model, 0.05), "epsilon=0.05"),
}

for name, (change, assumed) in CATALOGUE.items():

    @variant(THEME, f"assumed-of-{name}")
    def _(case: Case, name: str = name, change=change, assumed: str = assumed) -> None:
        model = change(of_timm(name))
        case.save(model.state_dict())
        case.right(model, options=("--assume", assumed), listed=(assumed.split("=")[0],))


# Gates have activations, too, and which of them is meant is not known.
for name in ["vit_tiny_patch16_224", "efficientnet_b0"]:

    @variant(THEME, f"assumed-activation-of-{name}")
    def _(case: Case, name: str = name) -> None:
        case.save(of_timm(name, act_layer=nn.ReLU).state_dict())
        case.refused(r"activation[\s\S]*torch\.export", options=("--assume", "activation=relu"))


for name, value in {"regnetx_002": "silu", "repvgg_a0": "leaky_relu"}.items():

    @variant(THEME, f"assumed-activation-of-{name}")
    def _(case: Case, name: str = name, value: str = value) -> None:
        model = of_timm(name, act_layer={"silu": nn.SiLU, "leaky_relu": nn.LeakyReLU}[value])
        case.save(model.state_dict())
        case.right(model, options=("--assume", f"activation={value}"), listed=("activation",))


@variant(THEME, "unpublished-width")
def _(case: Case) -> None:
    # A ResNet nobody published: all of its settings are assumed, and listed.
    from timm.models.resnet import Bottleneck, ResNet

    model = alive(ResNet(Bottleneck, (1, 2, 2, 1), channels=(16, 32, 48, 64), num_classes=6), "width")
    case.save(model.state_dict())
    case.right(model, size=TINY, listed=("activation", "anti-aliasing", "pooling", "output-stride", "epsilon"))


@variant(THEME, "gp-in-args")
def _(case: Case) -> None:
    model = of_timm("resnet10t", 3, global_pool="avgmax")
    case.save(
        {
            "arch": "resnet10t",
            "args": argparse.Namespace(model="resnet10t", num_classes=3, gp="avgmax"),
            "state_dict": model.state_dict(),
        }
    )
    case.right(model, size=176)


@variant(THEME, "gp-of-others")
def _(case: Case) -> None:
    # Another pooling of a network that is data: it cannot be left out.
    model = of_timm("vit_tiny_patch16_224", 3, global_pool="avg", fc_norm=False)
    case.save(
        {
            "arch": "vit_tiny_patch16_224",
            "args": argparse.Namespace(model="vit_tiny_patch16_224", num_classes=3, gp="avg"),
            "state_dict": model.state_dict(),
        }
    )
    case.refused(r"gp|pooling")


@variant(THEME, "size-in-args")
def _(case: Case) -> None:
    model = of_timm("vit_tiny_patch16_224", 3, img_size=96)
    case.save(
        {
            "arch": "vit_tiny_patch16_224",
            "args": argparse.Namespace(model="vit_tiny_patch16_224", num_classes=3, img_size=96),
            "state_dict": model.state_dict(),
        }
    )
    # Its graph is for the published size only.
    case.refused(r"96×96[\s\S]*torch\.export")
