"""State dicts under keys and prefixes: training scripts, wrappers of PyTorch, averages."""

import copy

import torch
from torch import nn
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from samoyed_oracle.variants.case import Case, variant
from samoyed_oracle.variants.networks import TINY, Wrapped, of_torchvision, prefixed, tiny, tiny_bottleneck, trained

THEME = "wrapped"
EXPORT = r"torch\.export"


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
    content = {
        "epoch": 3,
        "arch": "resnet18",
        "state_dict": nn.DataParallel(model).state_dict(),
        "best_acc1": torch.tensor(71.5),
    }
    case.save(
        content | {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}, "checkpoint.pth.tar"
    )
    case.right(model, file="checkpoint.pth.tar")


@variant(THEME, "torchvision-references")
def _(case: Case) -> None:
    # pytorch/vision, references/classification/train.py: args is a Namespace, and the EMA is an AveragedModel.
    import argparse

    model = of_torchvision("mobilenet_v3_small", 10)
    ema = AveragedModel(copy.deepcopy(model), multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
    args = argparse.Namespace(
        model="mobilenet_v3_small", data_path="/data", val_crop_size=224, device="cuda", output_dir="."
    )
    case.save(
        {
            "model": model.state_dict(),
            "epoch": 1,
            "args": args,
            "model_ema": ema.state_dict(),
            "scaler": {"scale": 65536.0},
        }
    )
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
    state = {
        name.replace("layer1.0.", "layer1.0._checkpoint_wrapped_module."): value
        for name, value in plain.state_dict().items()
    }
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
    content = {
        "module": model.state_dict(),
        "buffer_names": [],
        "optimizer": None,
        "param_shapes": None,
        "frozen_param_shapes": None,
    }
    content |= {"lr_scheduler": None, "data_sampler": None, "random_ltd": None, "sparse_tensor_module_names": set()}
    content |= {
        "skipped_steps": 0,
        "global_steps": 9,
        "global_samples": 90,
        "dp_world_size": 1,
        "mp_world_size": 1,
        "ds_config": {"zero_optimization": {"stage": 0}},
    }
    case.save(content, "mp_rank_00_model_states.pt")
    case.right(model, size=TINY, file="mp_rank_00_model_states.pt")
