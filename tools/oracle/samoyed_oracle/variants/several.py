"""Checkpoints with more than one network, or more than a network."""

import copy
from collections import OrderedDict

import torch
from timm.utils import ModelEmaV2, ModelEmaV3
from torch import nn
from torch.optim.swa_utils import AveragedModel

from samoyed_oracle.variants.case import Case, variant
from samoyed_oracle.variants.networks import TINY, bare, of_timm, prefixed, tiny, tiny_bottleneck, trained

THEME = "wrapped"
EXPORT = r"torch\.export"


@variant(THEME, "averaged-model-alone")
def _(case: Case) -> None:
    model = tiny()
    case.save(AveragedModel(model, use_buffers=True).state_dict())
    case.right(model, size=TINY)


@variant(THEME, "averaged-under-swa_model")
def _(case: Case) -> None:
    model, other = tiny(), of_like(tiny())
    case.save({"model": other.state_dict(), "swa_model": AveragedModel(model).state_dict()})
    case.right(model, size=TINY)


def of_like(model: nn.Module) -> nn.Module:
    """The same network with other weights."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.3)
    return model


@variant(THEME, "timm-ema-v2")
def _(case: Case) -> None:
    model = of_like(tiny())
    ema = ModelEmaV2(tiny())
    case.save({"state_dict": model.state_dict(), "state_dict_ema": ema.module.state_dict(), "version": 2})
    case.right(ema.module, size=TINY)


@variant(THEME, "timm-ema-v3-state")
def _(case: Case) -> None:
    ema = ModelEmaV3(tiny())
    case.save({"model": of_like(tiny()).state_dict(), "ema": ema.state_dict()})
    case.right(ema.module, size=TINY)


@variant(THEME, "lucidrains-ema")
def _(case: Case) -> None:
    # lucidrains/ema-pytorch: online_model, ema_model, initted, step.
    online, ema = of_like(tiny()), tiny()
    state = prefixed("online_model.", online.state_dict()) | prefixed("ema_model.", ema.state_dict())
    case.save({"ema": state | {"initted": torch.tensor(True), "step": torch.tensor(100)}})
    case.right(ema, size=TINY)


@variant(THEME, "yolo-style-half-ema")
def _(case: Case) -> None:
    # ultralytics saves {"model": None, "ema": module.half()}; here a classifier of plain modules.
    model = tiny().half()
    case.save(
        {
            "epoch": -1,
            "model": None,
            "ema": copy.deepcopy(model),
            "updates": 100,
            "optimizer": None,
            "date": "2024-05-01",
        }
    )
    case.right(model, size=TINY)


@variant(THEME, "catalyst")
def _(case: Case) -> None:
    model = tiny()
    content = {"model_state_dict": model.state_dict(), "criterion_state_dict": OrderedDict(weight=torch.ones(5))}
    case.save(
        content
        | {
            "optimizer_state_dict": trained(tiny()).state_dict(),
            "scheduler_state_dict": {"last_epoch": 3},
            "epoch_metrics": {"valid": {"loss": 0.1}},
        }
    )
    case.right(model, size=TINY)


@variant(THEME, "ignite")
def _(case: Case) -> None:
    model = tiny()
    case.save(
        {
            "model": model.state_dict(),
            "optimizer": trained(tiny()).state_dict(),
            "trainer": OrderedDict(epoch_length=10, max_epochs=3, iteration=30, rng_states=None),
        }
    )
    case.right(model, size=TINY)


@variant(THEME, "tuple-with-epoch")
def _(case: Case) -> None:
    model = tiny()
    case.save((model.state_dict(), 12))
    case.right(model, size=TINY)


@variant(THEME, "list-of-folds")
def _(case: Case) -> None:
    case.save([tiny().state_dict(), of_like(tiny()).state_dict()])
    case.refused(r"--key \d")


@variant(THEME, "fold-chosen")
def _(case: Case) -> None:
    second = of_like(tiny())
    case.save([tiny().state_dict(), second.state_dict()])
    case.right(second, size=TINY, options=("--key", "1"))


@variant(THEME, "deeply-nested")
def _(case: Case) -> None:
    model = tiny()
    case.save(
        {"checkpoint": {"best": {"model": {"state_dict": prefixed("module.", model.state_dict())}}, "score": 0.9}}
    )
    case.right(model, size=TINY)


@variant(THEME, "student-and-teacher")
def _(case: Case) -> None:
    case.save(
        {
            "state_dict": prefixed("student.", tiny().state_dict())
            | prefixed("teacher.", tiny_bottleneck(7).state_dict())
        }
    )
    case.refused(r"--prefix (?:student|teacher)")


@variant(THEME, "student-chosen")
def _(case: Case) -> None:
    model = tiny()
    case.save(
        {"state_dict": prefixed("student.", model.state_dict()) | prefixed("teacher.", tiny_bottleneck(7).state_dict())}
    )
    case.right(model, size=TINY, options=("--prefix", "student"))


@variant(THEME, "segmentation-head")
def _(case: Case) -> None:
    # mmsegmentation's EncoderDecoder: no classifier, a decoder.
    state = prefixed("backbone.", tiny(0).state_dict())
    state |= {"decode_head.conv_seg.weight": torch.randn(5, 32, 1, 1), "decode_head.conv_seg.bias": torch.zeros(5)}
    case.save({"state_dict": state})
    case.refused(r"decode_head[\s\S]*--ignore")


@variant(THEME, "detector-torchvision")
def _(case: Case) -> None:
    import torchvision

    model = torchvision.models.detection.fasterrcnn_mobilenet_v3_large_320_fpn(
        weights=None, weights_backbone=None, num_classes=3
    )
    case.save(model.state_dict())
    case.refused(EXPORT)


@variant(THEME, "thop-counters")
def _(case: Case) -> None:
    model = tiny()
    state = bare(model.state_dict())
    for name, module in model.named_modules():
        prefix = f"{name}." if name else ""
        state |= {
            f"{prefix}total_ops": torch.zeros(1, dtype=torch.float64),
            f"{prefix}total_params": torch.zeros(1, dtype=torch.float64),
        }
    case.save(state)
    case.right(model, size=TINY)


@variant(THEME, "normalization-buffers")
def _(case: Case) -> None:
    # Lightning modules register the images' mean and deviation as buffers.
    model = tiny()
    state = prefixed("model.", model.state_dict()) | {"mean": torch.zeros(1, 3, 1, 1), "std": torch.ones(1, 3, 1, 1)}
    case.save({"state_dict": state})
    case.refused(r"mean[\s\S]*--ignore")


@variant(THEME, "loss-parameters")
def _(case: Case) -> None:
    model = tiny()
    state = prefixed("net.", model.state_dict()) | {
        "loss_fn.weight": torch.ones(5),
        "train_acc.tp": torch.zeros(5, dtype=torch.int64),
        "val_loss_metric.mean_value": torch.tensor(0.5),
    }
    case.save({"state_dict": state})
    case.right(model, size=TINY)


@variant(THEME, "auxiliary-head")
def _(case: Case) -> None:
    state = bare(tiny().state_dict()) | {
        "aux_classifier.weight": torch.randn(5, 24),
        "aux_classifier.bias": torch.zeros(5),
    }
    case.save(state)
    case.refused(r"aux_classifier[\s\S]*--ignore")


@variant(THEME, "auxiliary-head-ignored")
def _(case: Case) -> None:
    model = tiny()
    case.save(
        bare(model.state_dict()) | {"aux_classifier.weight": torch.randn(5, 24), "aux_classifier.bias": torch.zeros(5)}
    )
    case.right(model, size=TINY, options=("--ignore", "aux_classifier.*"))


PUBLISHED = [
    "mobilenetv3_small_050",
    "convnext_atto",
    "vit_tiny_patch16_224",
    "efficientnet_b0",
    "regnety_002",
    "ghostnet_050",
    "levit_128s",
    "edgenext_xx_small",
    "mobilevit_xxs",
    "repvgg_a0",
    "test_vit",
    "test_nfnet",
]

for name in PUBLISHED:

    @variant(THEME, f"timm-{name}-parallel-ema")
    def _(case: Case, name: str = name) -> None:
        model = of_timm(name)
        size = {"mobilevit_xxs": 256, "test_vit": 160, "test_nfnet": 160}.get(name, 224)
        case.save({"model_ema": {"module": nn.DataParallel(model).state_dict()}, "epoch": 3})
        case.right(model, size=size)
