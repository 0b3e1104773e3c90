"""State dicts under keys and prefixes: training scripts, wrappers of PyTorch, averages."""

import copy
from collections import OrderedDict

import torch
from timm.utils import ModelEmaV2, ModelEmaV3
from torch import nn
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from samoyed_oracle.variants.case import Case, variant
from samoyed_oracle.variants.networks import TINY, Wrapped, bare, of_timm, of_torchvision, prefixed, tiny, tiny_bottleneck

THEME = "wrapped"
EXPORT = r"torch\.export"


def trained(model: nn.Module) -> torch.optim.Optimizer:
    """An optimizer after one step, with its moments."""
    optimizer = torch.optim.AdamW(model.parameters())
    model.train()
    model(torch.randn(4, 3, TINY, TINY)).square().mean().backward()
    optimizer.step()
    model.eval()
    return optimizer


# Keys under which training scripts save a state dict.
KEYS = [
    "state_dict", "model", "model_state_dict", "model_state", "net", "network", "weights", "params", "params_ema",
    "model_weights", "net_state_dict", "model_dict", "state", "generator", "classifier_state_dict", "ema_state_dict",
]  # fmt: skip

for key in KEYS:

    @variant(THEME, f"key-{key}")
    def _(case: Case, key: str = key) -> None:
        model = tiny()
        optimizer = trained(model)
        case.save({"epoch": 7, key: model.state_dict(), "optimizer": optimizer.state_dict(), "loss": 0.25})
        case.right(model, size=TINY)


# Attributes under which modules hold the network.
PREFIXES = [
    "module", "model", "net", "backbone", "encoder", "feature_extractor", "network", "base_model", "timm_model", "resnet",
    "features_extractor.backbone", "model.module.net", "model._orig_mod", "module.model.backbone", "_forward_module",
    "classifier_model", "vision_tower",
]  # fmt: skip

for prefix in PREFIXES:

    @variant(THEME, f"prefix-{prefix}")
    def _(case: Case, prefix: str = prefix) -> None:
        model = tiny_bottleneck()
        case.save({"state_dict": prefixed(f"{prefix}.", model.state_dict())})
        case.right(model, size=TINY)


@variant(THEME, "plain")
def _(case: Case) -> None:
    model = of_torchvision("resnet18", 10)
    case.save(model.state_dict())
    case.right(model)


@variant(THEME, "kuangliu-net-module")
def _(case: Case) -> None:
    model = tiny()
    case.save({"net": nn.DataParallel(model).state_dict(), "acc": 93.2, "epoch": 180})
    case.right(model, size=TINY)


@variant(THEME, "pytorch-examples-imagenet")
def _(case: Case) -> None:
    # pytorch/examples, imagenet/main.py, save_checkpoint.
    model = of_torchvision("resnet18", 10)
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
    content = {"epoch": 3, "arch": "resnet18", "state_dict": nn.DataParallel(model).state_dict(), "best_acc1": torch.tensor(71.5)}
    case.save(content | {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}, "checkpoint.pth.tar")
    case.right(model, file="checkpoint.pth.tar")


@variant(THEME, "torchvision-references")
def _(case: Case) -> None:
    # pytorch/vision, references/classification/train.py: args is a Namespace, and the EMA is an AveragedModel.
    import argparse

    model = of_torchvision("mobilenet_v3_small", 10)
    ema = AveragedModel(copy.deepcopy(model), multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
    args = argparse.Namespace(model="mobilenet_v3_small", data_path="/data", val_crop_size=224, device="cuda", output_dir=".")
    case.save({"model": model.state_dict(), "epoch": 1, "args": args, "model_ema": ema.state_dict(), "scaler": {"scale": 65536.0}})
    case.right(model)


@variant(THEME, "compiled")
def _(case: Case) -> None:
    model = tiny()
    case.save(torch.compile(model).state_dict())
    case.right(model, size=TINY)


@variant(THEME, "compiled-parallel")
def _(case: Case) -> None:
    model = tiny()
    case.save(torch.compile(nn.DataParallel(model)).state_dict())
    case.right(model, size=TINY)


@variant(THEME, "parallel-compiled")
def _(case: Case) -> None:
    model = tiny()
    case.save({"model": nn.DataParallel(torch.compile(model)).state_dict()})
    case.right(model, size=TINY)


@variant(THEME, "compiled-stages")
def _(case: Case) -> None:
    model = tiny()
    plain = copy.deepcopy(model)
    model.layer2 = torch.compile(model.layer2)
    case.save(Wrapped(backbone=model).state_dict())
    case.right(plain, size=TINY)


@variant(THEME, "activation-checkpointing")
def _(case: Case) -> None:
    model = tiny()
    plain = copy.deepcopy(model)
    model.layer1[0] = checkpoint_wrapper(model.layer1[0])
    # The wrapper strips its own prefix from state_dict(); named_parameters() of older versions does not.
    state = {name.replace("layer1.0.", "layer1.0._checkpoint_wrapped_module."): value for name, value in plain.state_dict().items()}
    case.save(state)
    case.right(plain, size=TINY)


@variant(THEME, "fsdp")
def _(case: Case) -> None:
    # torch.distributed.fsdp names wrapped parts so where local or sharded state dicts are saved.
    model = tiny()
    state = {}
    for name, value in model.state_dict().items():
        parts = name.split(".")
        parts.insert(1 if parts[0].startswith("layer") else 0, "_fsdp_wrapped_module")
        state[".".join(parts)] = value
    case.save({"state_dict": state})
    case.right(model, size=TINY)


@variant(THEME, "deepspeed-model-states")
def _(case: Case) -> None:
    # deepspeed/runtime/engine.py, _save_checkpoint: mp_rank_00_model_states.pt.
    model = tiny()
    content = {"module": model.state_dict(), "buffer_names": [], "optimizer": None, "param_shapes": None, "frozen_param_shapes": None}
    content |= {"lr_scheduler": None, "data_sampler": None, "random_ltd": None, "sparse_tensor_module_names": set()}
    content |= {"skipped_steps": 0, "global_steps": 9, "global_samples": 90, "dp_world_size": 1, "mp_world_size": 1, "ds_config": {"zero_optimization": {"stage": 0}}}
    case.save(content, "mp_rank_00_model_states.pt")
    case.right(model, size=TINY, file="mp_rank_00_model_states.pt")


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
    case.save({"epoch": -1, "model": None, "ema": copy.deepcopy(model), "updates": 100, "optimizer": None, "date": "2024-05-01"})
    case.right(model, size=TINY)


@variant(THEME, "catalyst")
def _(case: Case) -> None:
    model = tiny()
    content = {"model_state_dict": model.state_dict(), "criterion_state_dict": OrderedDict(weight=torch.ones(5))}
    case.save(content | {"optimizer_state_dict": trained(tiny()).state_dict(), "scheduler_state_dict": {"last_epoch": 3}, "epoch_metrics": {"valid": {"loss": 0.1}}})
    case.right(model, size=TINY)


@variant(THEME, "ignite")
def _(case: Case) -> None:
    model = tiny()
    case.save({"model": model.state_dict(), "optimizer": trained(tiny()).state_dict(), "trainer": OrderedDict(epoch_length=10, max_epochs=3, iteration=30, rng_states=None)})
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
    case.save({"checkpoint": {"best": {"model": {"state_dict": prefixed("module.", model.state_dict())}}, "score": 0.9}})
    case.right(model, size=TINY)


@variant(THEME, "student-and-teacher")
def _(case: Case) -> None:
    case.save({"state_dict": prefixed("student.", tiny().state_dict()) | prefixed("teacher.", tiny_bottleneck(7).state_dict())})
    case.refused(r"--prefix (?:student|teacher)")


@variant(THEME, "student-chosen")
def _(case: Case) -> None:
    model = tiny()
    case.save({"state_dict": prefixed("student.", model.state_dict()) | prefixed("teacher.", tiny_bottleneck(7).state_dict())})
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

    model = torchvision.models.detection.fasterrcnn_mobilenet_v3_large_320_fpn(weights=None, weights_backbone=None, num_classes=3)
    case.save(model.state_dict())
    case.refused(EXPORT)


@variant(THEME, "thop-counters")
def _(case: Case) -> None:
    model = tiny()
    state = bare(model.state_dict())
    for name, module in model.named_modules():
        prefix = f"{name}." if name else ""
        state |= {f"{prefix}total_ops": torch.zeros(1, dtype=torch.float64), f"{prefix}total_params": torch.zeros(1, dtype=torch.float64)}
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
    state = prefixed("net.", model.state_dict()) | {"loss_fn.weight": torch.ones(5), "train_acc.tp": torch.zeros(5, dtype=torch.int64), "val_loss_metric.mean_value": torch.tensor(0.5)}
    case.save({"state_dict": state})
    case.right(model, size=TINY)


@variant(THEME, "auxiliary-head")
def _(case: Case) -> None:
    state = bare(tiny().state_dict()) | {"aux_classifier.weight": torch.randn(5, 24), "aux_classifier.bias": torch.zeros(5)}
    case.save(state)
    case.refused(r"aux_classifier[\s\S]*--ignore")


@variant(THEME, "auxiliary-head-ignored")
def _(case: Case) -> None:
    model = tiny()
    case.save(bare(model.state_dict()) | {"aux_classifier.weight": torch.randn(5, 24), "aux_classifier.bias": torch.zeros(5)})
    case.right(model, size=TINY, options=("--ignore", "aux_classifier.*"))


for name in ["mobilenetv3_small_050", "convnext_atto", "vit_tiny_patch16_224", "efficientnet_b0", "regnety_002", "ghostnet_050", "levit_128s", "edgenext_xx_small", "mobilevit_xxs", "repvgg_a0", "test_vit", "test_nfnet"]:  # fmt: skip

    @variant(THEME, f"timm-{name}-parallel-ema")
    def _(case: Case, name: str = name) -> None:
        model = of_timm(name)
        size = {"mobilevit_xxs": 256, "test_vit": 160, "test_nfnet": 160}.get(name, 224)
        case.save({"model_ema": {"module": nn.DataParallel(model).state_dict()}, "epoch": 3})
        case.right(model, size=size)
