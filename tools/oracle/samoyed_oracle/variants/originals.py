"""Networks of other repositories under names of their own, and networks that are not known."""

import json

import torch
from safetensors.torch import save_file
from torch import nn

from samoyed_oracle.variants.case import Case, variant
from samoyed_oracle.variants.networks import TINY, of_timm, of_torchvision, tiny

THEME = "stated"
CLASSES = ["ant", "bee", "cat", "dog", "elk"]


@variant(THEME, "hub-labels")
def _(case: Case) -> None:
    model = of_timm("test_vit", 3)
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, case.path("model.safetensors"))
    config = {
        "architecture": "test_vit",
        "num_classes": 3,
        "label_names": ["cat", "dog", "fox"],
        "pretrained_cfg": {
            "input_size": [3, 160, 160],
            "mean": [0.5] * 3,
            "std": [0.5] * 3,
            "crop_pct": 1.0,
            "interpolation": "bilinear",
        },
    }
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
    first = {
        "conv_dw": "_depthwise_conv",
        "bn1": "_bn1",
        "se.conv_reduce": "_se_reduce",
        "se.conv_expand": "_se_expand",
        "conv_pw": "_project_conv",
        "bn2": "_bn2",
    }
    others = {
        "conv_pw": "_expand_conv",
        "bn1": "_bn0",
        "conv_dw": "_depthwise_conv",
        "bn2": "_bn1",
        "se.conv_reduce": "_se_reduce",
        "se.conv_expand": "_se_expand",
        "conv_pwl": "_project_conv",
        "bn3": "_bn2",
    }
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
