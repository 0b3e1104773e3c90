"""Checkpoints that mmengine writes of networks of MMPretrain."""

import torch
from torch import nn

from samoyed_oracle.variants.case import Case, alive, variant
from samoyed_oracle.variants.networks import TINY, of_torchvision, tiny

THEME = "framework"


def mmpretrain(backbone: dict, channels: int, **extra):
    from mmpretrain.models import build_classifier

    head = {
        "type": extra.pop("head", "LinearClsHead"),
        "num_classes": 5,
        "in_channels": channels,
        **extra.pop("head_options", {}),
    }
    neck = extra.pop("neck", {"type": "GlobalAveragePooling"})
    config = {"type": "ImageClassifier", "backbone": backbone, "head": head}
    if neck is not None:
        config["neck"] = neck
    return alive(build_classifier(config))


def mm_logits(network: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return network(x, mode="tensor") if not hasattr(network.head, "fc") else network.head(network.extract_feat(x))


def mm_content(model: nn.Module) -> dict:
    # mmengine/runner/runner.py, save_checkpoint.
    from mmengine.logging import HistoryBuffer

    history = HistoryBuffer([0.3, 0.2], [1, 1])
    meta = {
        "epoch": 3,
        "iter": 30,
        "cfg": "model = dict(type='ImageClassifier')",
        "seed": 1,
        "experiment_name": "run",
        "mmengine_version": "0.10.7",
        "dataset_meta": {"classes": ["a", "b", "c", "d", "e"]},
    }
    return {
        "meta": meta,
        "state_dict": model.state_dict(),
        "message_hub": {"log_scalars": {"train/loss": history}, "runtime_info": {}},
        "optimizer": {},
        "param_schedulers": [],
    }


MM = {
    "resnet18": ({"type": "ResNet", "depth": 18}, 512, {}),
    "resnet50": ({"type": "ResNet", "depth": 50}, 2048, {}),
    "resnet50-v1d": ({"type": "ResNetV1d", "depth": 50}, 2048, {}),
    "resnext50": ({"type": "ResNeXt", "depth": 50, "groups": 32, "width_per_group": 4}, 2048, {}),
    "seresnet50": ({"type": "SEResNet", "depth": 50}, 2048, {}),
    "mobilenet-v2": ({"type": "MobileNetV2", "widen_factor": 1.0}, 1280, {}),
    "mobilenet-v3-small": (
        {"type": "MobileNetV3", "arch": "small"},
        576,
        {
            "head": "StackedLinearClsHead",
            "head_options": {"mid_channels": [1024], "dropout_rate": 0.2, "act_cfg": {"type": "HSwish"}},
        },
    ),
    "efficientnet-b0": ({"type": "EfficientNet", "arch": "b0"}, 1280, {}),
    "regnet-400mf": ({"type": "RegNet", "arch": "regnetx_400mf"}, 384, {}),
    "convnext-atto": (
        {"type": "ConvNeXt", "arch": "atto", "drop_path_rate": 0.1},
        320,
        {"neck": None, "head": "LinearClsHead"},
    ),
    "swin-tiny": ({"type": "SwinTransformer", "arch": "tiny", "img_size": 224}, 768, {}),
    "vit-deit-tiny": (
        {"type": "VisionTransformer", "arch": "deit-tiny", "img_size": 224, "patch_size": 16},
        192,
        {"neck": None, "head": "VisionTransformerClsHead"},
    ),
    "shufflenet-v2": ({"type": "ShuffleNetV2", "widen_factor": 1.0}, 1024, {}),
    "repvgg-a0": ({"type": "RepVGG", "arch": "A0", "out_indices": (3,)}, 1280, {}),
}
#: Networks that timm does not have.
MM_REFUSED = {"shufflenet-v2"}

for name, (backbone, channels, extra) in MM.items():

    @variant(THEME, f"mmpretrain-{name}", "mmpretrain", "mmengine", "mmcv")
    def _(
        case: Case, name: str = name, backbone: dict = backbone, channels: int = channels, extra: dict = extra
    ) -> None:
        model = mmpretrain(
            dict(backbone),
            channels,
            **{key: dict(value) if isinstance(value, dict) else value for key, value in extra.items()},
        )
        case.save(mm_content(model), "epoch_3.pth")
        if name in MM_REFUSED:
            case.refused(r"torch\.export", file="epoch_3.pth")
        else:
            case.right(lambda network, x: network.head(network.extract_feat(x)), network=model, file="epoch_3.pth")


@variant(THEME, "mmpretrain-published")
def _(case: Case) -> None:
    # Published files have no optimizer, and a state dict that may be plain.
    model = of_torchvision("resnet18", 10)
    state = {
        ("head." + name if name.startswith("fc.") else "backbone." + name): value
        for name, value in model.state_dict().items()
    }
    case.save({"meta": {}, "state_dict": state}, "resnet18_8xb32_in1k_20210831-fbbb1da6.pth")
    case.right(model, file="resnet18_8xb32_in1k_20210831-fbbb1da6.pth")


@variant(THEME, "mmengine-ema", "mmengine")
def _(case: Case) -> None:
    # mmengine/hooks/ema_hook.py swaps: state_dict has the averages, ema_state_dict the others, under module.
    from mmengine.model import ExponentialMovingAverage

    model = tiny()
    other = ExponentialMovingAverage(tiny())
    case.save({"meta": {"epoch": 1}, "state_dict": model.state_dict(), "ema_state_dict": other.state_dict()})
    case.right(model, size=TINY, options=("--key", "state_dict"))
