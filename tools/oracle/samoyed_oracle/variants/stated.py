"""Files that say which network they are, how images are prepared and what the classes are called."""

import argparse
import json

import torch
from safetensors.torch import save_file
from timm.layers import BlurPool2d
from torch import nn

from samoyed_oracle.variants.case import Case, alive, variant
from samoyed_oracle.variants.networks import TINY, changed, of_timm, of_torchvision, prefixed, tiny, tiny_bottleneck

THEME = "stated"
CLASSES = ["ant", "bee", "cat", "dog", "elk"]


@variant(THEME, "arch-of-shared-tensors")
def _(case: Case) -> None:
    model = of_timm("resnetaa50", 3)
    case.save({"arch": "resnetaa50", "state_dict": model.state_dict()})
    case.right(model)


@variant(THEME, "args-of-shared-tensors")
def _(case: Case) -> None:
    model = of_timm("resnetblur18", 3)
    case.save({"args": argparse.Namespace(model="resnetblur18", num_classes=3, img_size=128, mean=[0.5] * 3, std=[0.2] * 3), "state_dict": model.state_dict()})
    case.right(model, size=128)


@variant(THEME, "config-dictionary")
def _(case: Case) -> None:
    model = of_timm("resnetblur18", 3)
    case.save({"config": {"model": "resnetblur18", "num_classes": 3}, "model": model.state_dict()})
    case.right(model)


@variant(THEME, "nested-configuration")
def _(case: Case) -> None:
    # A Hydra or YAML configuration has the name one level deeper.
    model = of_timm("resnetblur18", 3)
    case.save({"config": {"model": {"name": "resnetblur18", "num_classes": 3}, "train": {"lr": 0.1}}, "model": model.state_dict()})
    case.right(model)


@variant(THEME, "model-name-at-the-root")
def _(case: Case) -> None:
    model = of_timm("resnetblur18", 3)
    case.save({"model_name": "resnetblur18", "model_state_dict": model.state_dict()})
    case.right(model)


@variant(THEME, "arch-contradicts")
def _(case: Case) -> None:
    case.save({"arch": "resnet50", "state_dict": of_timm("resnet10t", 3).state_dict()})
    case.refused(r"arch")


@variant(THEME, "classes-contradict")
def _(case: Case) -> None:
    case.save({"args": argparse.Namespace(model="resnet10t", num_classes=10), "state_dict": of_timm("resnet10t", 3).state_dict()})
    case.refused(r"num_classes is 10[\s\S]*3 classes")


@variant(THEME, "names-contradict")
def _(case: Case) -> None:
    case.save({"state_dict": tiny(3).state_dict(), "class_names": CLASSES})
    case.refused(r"5 names[\s\S]*--labels")


LABELS = {
    "class_names": CLASSES,
    "classes": CLASSES,
    "class_to_idx": {name: place for place, name in enumerate(CLASSES)},
    "idx_to_class": dict(enumerate(CLASSES)),
    "id2label": {str(place): name for place, name in enumerate(CLASSES)},
    "label_map": {name: place for place, name in enumerate(CLASSES)},
    "labels": CLASSES,
    "categories": CLASSES,
}

for key, value in LABELS.items():

    @variant(THEME, f"labels-{key}")
    def _(case: Case, key: str = key, value=value) -> None:
        model = tiny()
        case.save({"model_state_dict": model.state_dict(), key: value, "epoch": 4})
        case.right(model, size=TINY, labels=CLASSES)


@variant(THEME, "labels-in-meta")
def _(case: Case) -> None:
    model = tiny()
    case.save({"meta": {"CLASSES": CLASSES, "epoch": 3}, "state_dict": model.state_dict()})
    case.right(model, size=TINY, labels=CLASSES)


@variant(THEME, "labels-in-hyper-parameters")
def _(case: Case) -> None:
    model = tiny()
    case.save({"hyper_parameters": {"class_to_idx": LABELS["class_to_idx"]}, "state_dict": prefixed("model.", model.state_dict())})
    case.right(model, size=TINY, labels=CLASSES)


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
    case.save({"arch": "resnet10t", "args": argparse.Namespace(model="resnet10t", num_classes=3, gp="avgmax"), "state_dict": model.state_dict()})
    case.right(model, size=176)


@variant(THEME, "gp-of-others")
def _(case: Case) -> None:
    # Another pooling of a network that is data: it cannot be left out.
    model = of_timm("vit_tiny_patch16_224", 3, global_pool="avg", fc_norm=False)
    case.save({"arch": "vit_tiny_patch16_224", "args": argparse.Namespace(model="vit_tiny_patch16_224", num_classes=3, gp="avg"), "state_dict": model.state_dict()})
    case.refused(r"gp|pooling")


@variant(THEME, "size-in-args")
def _(case: Case) -> None:
    model = of_timm("vit_tiny_patch16_224", 3, img_size=96)
    case.save({"arch": "vit_tiny_patch16_224", "args": argparse.Namespace(model="vit_tiny_patch16_224", num_classes=3, img_size=96), "state_dict": model.state_dict()})
    # Its graph is for the published size only.
    case.refused(r"96×96[\s\S]*torch\.export")


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
            blocks = [KuangliuBlock(width if place == 0 else planes, planes, 2 if number > 1 and place == 0 else 1) for place in range(2)]
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
    state = {"conv1.weight": torch.randn(16, 3, 3, 3), "bn1.weight": torch.ones(16), "linear.weight": torch.randn(10, 64), "linear.bias": torch.zeros(10)}
    for stage, planes in enumerate((16, 32, 64), 1):
        for block in range(3):
            width = planes if block or stage == 1 else planes // 2
            state |= {f"layer{stage}.{block}.conv1.weight": torch.randn(planes, width, 3, 3), f"layer{stage}.{block}.conv2.weight": torch.randn(planes, planes, 3, 3)}
    case.save({"state_dict": prefixed("module.", state), "best_prec1": 91.7})
    case.refused(r"torch\.export")


@variant(THEME, "hub-labels")
def _(case: Case) -> None:
    model = of_timm("test_vit", 3)
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, case.path("model.safetensors"))
    config = {"architecture": "test_vit", "num_classes": 3, "label_names": ["cat", "dog", "fox"], "pretrained_cfg": {"input_size": [3, 160, 160], "mean": [0.5] * 3, "std": [0.5] * 3, "crop_pct": 1.0, "interpolation": "bilinear"}}
    case.path("config.json").write_text(json.dumps(config))
    case.right(model, size=160, file="", labels=["cat", "dog", "fox"])


# Networks of other repositories under names of their own.
@variant(THEME, "facebook-convnext")
def _(case: Case) -> None:
    # facebookresearch/ConvNeXt, models/convnext.py: downsample_layers, stages.0.0.dwconv, pwconv1, gamma.
    import re

    model = of_timm("convnext_tiny", 4)
    state = {}
    for name, value in model.state_dict().items():
        name = re.sub(r"^stem\.(\d)", r"downsample_layers.0.\1", name)
        name = re.sub(r"^stages\.(\d)\.downsample\.", r"downsample_layers.\1.", name)
        name = re.sub(r"^stages\.(\d)\.blocks\.", r"stages.\1.", name)
        name = name.replace("conv_dw", "dwconv").replace("mlp.fc1", "pwconv1").replace("mlp.fc2", "pwconv2")
        name = name.replace("head.norm", "norm").replace("head.fc", "head")
        state[name] = value
    case.save({"model": state})
    case.right(model)


@variant(THEME, "microsoft-swin")
def _(case: Case) -> None:
    # microsoft/Swin-Transformer, models/swin_transformer.py: downsampling at the end of a stage, masks as buffers.
    model = of_timm("swin_tiny_patch4_window7_224", 4)
    state = {}
    for name, value in model.state_dict().items():
        if ".downsample." in name:
            stage = int(name.split(".")[1])
            name = name.replace(f"layers.{stage}.", f"layers.{stage - 1}.")
        state[name.replace("head.fc.", "head.")] = value
    state["layers.0.blocks.1.attn_mask"] = torch.zeros(64, 49, 49)
    state["layers.0.blocks.0.attn.relative_position_index"] = torch.zeros(49, 49, dtype=torch.int64)
    case.save({"model": state, "optimizer": {}, "epoch": 299, "max_accuracy": 81.2})
    case.right(model)


@variant(THEME, "lukemelas-efficientnet")
def _(case: Case) -> None:
    # lukemelas/EfficientNet-PyTorch: TensorFlow's padding, _conv_stem, _blocks.0._depthwise_conv, _fc.
    model = of_timm("tf_efficientnet_b0", 4)
    state, place = {}, {}
    for name in model.state_dict():
        if name.startswith("blocks."):
            place.setdefault(".".join(name.split(".")[:3]), len(place))
    first = {"conv_dw": "_depthwise_conv", "bn1": "_bn1", "se.conv_reduce": "_se_reduce", "se.conv_expand": "_se_expand", "conv_pw": "_project_conv", "bn2": "_bn2"}
    others = {"conv_pw": "_expand_conv", "bn1": "_bn0", "conv_dw": "_depthwise_conv", "bn2": "_bn1", "se.conv_reduce": "_se_reduce", "se.conv_expand": "_se_expand", "conv_pwl": "_project_conv", "bn3": "_bn2"}
    ends = {"conv_stem": "_conv_stem", "bn1": "_bn0", "conv_head": "_conv_head", "bn2": "_bn1", "classifier": "_fc"}
    for name, value in model.state_dict().items():
        module, leaf = name.rsplit(".", 1)
        if name.startswith("blocks."):
            block, rest = ".".join(module.split(".")[:3]), ".".join(module.split(".")[3:])
            names = first if block.startswith("blocks.0.") else others
            state[f"_blocks.{place[block]}.{names[rest]}.{leaf}"] = value
        else:
            state[f"{ends[module]}.{leaf}"] = value
    case.save(state)
    case.right(model)


@variant(THEME, "squeezenet")
def _(case: Case) -> None:
    case.save(of_torchvision("squeezenet1_1", 10).state_dict())
    case.refused(r"torch\.export")


@variant(THEME, "shufflenet")
def _(case: Case) -> None:
    case.save(of_torchvision("shufflenet_v2_x0_5", 10).state_dict())
    case.refused(r"torch\.export")


@variant(THEME, "own-network")
def _(case: Case) -> None:
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.Flatten(), nn.Linear(800, 10))
    case.save(model.state_dict())
    case.refused(r"torch\.export")


@variant(THEME, "optimizer-alone")
def _(case: Case) -> None:
    model = tiny()
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(2, 3, TINY, TINY)).sum().backward()
    optimizer.step()
    case.save(optimizer.state_dict(), "optimizer.pt")
    case.refused(r"optimizer", file="optimizer.pt")
