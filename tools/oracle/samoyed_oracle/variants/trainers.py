"""Checkpoints of timm's own trainer, of peft, accelerate and other libraries."""

import argparse
import json

import torch
from torch import nn

from samoyed_oracle.variants.case import Case, variant
from samoyed_oracle.variants.networks import of_timm

THEME = "framework"


@variant(THEME, "timm-saver")
def _(case: Case) -> None:
    from timm.utils import CheckpointSaver, ModelEmaV3

    model = of_timm("resnet10t", 7)
    args = argparse.Namespace(
        model="resnet10t",
        num_classes=7,
        img_size=None,
        input_size=None,
        mean=None,
        std=None,
        interpolation="",
        crop_pct=None,
        gp=None,
        drop=0.1,
    )
    ema = ModelEmaV3(model)
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    saver = CheckpointSaver(
        model, optimizer, args=args, model_ema=ema, checkpoint_dir=str(case.files), recovery_dir=str(case.files)
    )
    saver.save_checkpoint(3, metric=0.8)
    case.right(model, size=176, file="model_best.pth.tar")


@variant(THEME, "timm-saver-bn-eps")
def _(case: Case) -> None:
    # train.py --bn-eps: every batch norm has another epsilon, which no tensor shows.
    model = of_timm("mobilenetv3_small_050", 7, bn_eps=0.05)
    case.save(
        {
            "arch": "mobilenetv3_small_050",
            "state_dict": model.state_dict(),
            "args": argparse.Namespace(model="mobilenetv3_small_050", num_classes=7, bn_eps=0.05),
        }
    )
    case.right(model)


@variant(THEME, "timm-saver-model-kwargs")
def _(case: Case) -> None:
    # train.py --model-kwargs act_layer=silu.
    from timm.layers import get_act_layer

    model = of_timm("resnet10t", 7, act_layer=get_act_layer("silu"))
    args = argparse.Namespace(model="resnet10t", num_classes=7, model_kwargs={"act_layer": "silu"})
    case.save({"arch": "resnet10t", "state_dict": model.state_dict(), "args": args})
    case.right(model, size=176)


@variant(THEME, "timm-saver-model-kwargs-of-others")
def _(case: Case) -> None:
    # An argument that changes what is computed and no tensor: it cannot be left out.
    model = of_timm("vit_tiny_patch16_224", 7)
    args = argparse.Namespace(model="vit_tiny_patch16_224", num_classes=7, model_kwargs={"act_layer": "relu"})
    case.save({"arch": "vit_tiny_patch16_224", "state_dict": model.state_dict(), "args": args})
    case.refused(r"args\.model[\s\S]*activation|activation[\s\S]*args\.model")


def peft_model(model: nn.Module, targets: list[str]):
    import peft

    config = peft.LoraConfig(r=4, target_modules=targets, modules_to_save=["head"])
    adapted = peft.get_peft_model(model, config)
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.1)
    return adapted.eval()


@variant(THEME, "peft-adapter-alone", "peft")
def _(case: Case) -> None:
    peft_model(of_timm("vit_tiny_patch16_224"), ["qkv"]).save_pretrained(case.files)
    case.refused(r"(?:adapter|LoRA)[\s\S]*merge_and_unload", file="adapter_model.safetensors")


@variant(THEME, "peft-folder", "peft")
def _(case: Case) -> None:
    peft_model(of_timm("vit_tiny_patch16_224"), ["qkv"]).save_pretrained(case.files)
    case.refused(r"(?:adapter|LoRA)[\s\S]*merge_and_unload", file="")


@variant(THEME, "peft-whole-state-dict", "peft")
def _(case: Case) -> None:
    case.save(peft_model(of_timm("vit_tiny_patch16_224"), ["qkv"]).state_dict())
    case.refused(r"(?:adapter|LoRA)[\s\S]*merge_and_unload")


@variant(THEME, "peft-merged", "peft")
def _(case: Case) -> None:
    model = peft_model(of_timm("vit_tiny_patch16_224"), ["qkv"]).merge_and_unload()
    case.save(model.state_dict())
    case.right(model)


@variant(THEME, "accelerate-folder", "accelerate")
def _(case: Case) -> None:
    import accelerate
    from accelerate.state import AcceleratorState

    accelerator = accelerate.Accelerator(cpu=True)
    model = of_timm("test_resnet")
    accelerator.save_model(model, str(case.files))
    AcceleratorState._reset_state(True)
    case.right(model, size=160, file="")


@variant(THEME, "timm-hub-folder", "huggingface_hub")
def _(case: Case) -> None:
    from timm.models import save_for_hf

    model = of_timm("resnetaa50", 3)
    names = ["cat", "dog", "fox"]
    save_for_hf(model, case.files, model_config={"label_names": names})
    case.right(model, file="", labels=names)


@variant(THEME, "timm-hub-model-args", "huggingface_hub")
def _(case: Case) -> None:
    from timm.layers import get_act_layer
    from timm.models import save_for_hf

    model = of_timm("resnet10t", 3, act_layer=get_act_layer("silu"))
    save_for_hf(model, case.files, model_args={"act_layer": "silu"})
    case.right(model, size=176, file="")


@variant(THEME, "ultralytics-classifier")
def _(case: Case) -> None:
    # ultralytics pickles its own classes, whose modules are no network of timm's.
    layers = nn.Sequential(
        nn.Conv2d(3, 8, 3, 2, 1, bias=False),
        nn.BatchNorm2d(8),
        nn.SiLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 5),
    )
    case.save(
        {
            "epoch": -1,
            "model": layers,
            "train_args": {"task": "classify", "model": "yolov8n-cls.pt", "imgsz": 224},
            "version": "8.2.0",
        }
    )
    case.refused(r"torch\.export")


@variant(THEME, "detectron2-pickle")
def _(case: Case) -> None:
    # detectron2's model zoo: a pickle of NumPy arrays under Caffe2's names.
    import pickle

    import numpy as np

    content = {
        "model": {
            "stem.conv1.weight": np.zeros((64, 3, 7, 7), np.float32),
            "res2.0.conv1.weight": np.zeros((64, 64, 1, 1), np.float32),
        },
        "__author__": "Detectron2 Model Zoo",
        "matching_heuristics": True,
    }
    case.path("model.pkl").write_bytes(pickle.dumps(content))
    case.refused(r"torch\.export", file="model.pkl")


@variant(THEME, "timm-config-and-other-weights")
def _(case: Case) -> None:
    # config.json says another network than the weights are.
    from safetensors.torch import save_file

    save_file(
        {name: value.contiguous() for name, value in of_timm("resnet10t", 3).state_dict().items()},
        case.path("model.safetensors"),
    )
    case.path("config.json").write_text(
        json.dumps({"architecture": "resnet50", "num_classes": 3, "pretrained_cfg": {"input_size": [3, 224, 224]}})
    )
    case.refused(r"config\.json|resnet50", file="")
