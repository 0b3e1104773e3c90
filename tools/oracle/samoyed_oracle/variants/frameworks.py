"""Checkpoints that training frameworks write: Lightning, fastai, mmengine and MMPretrain, peft, timm's own trainer."""

import argparse
import json

import torch
from torch import nn

from samoyed_oracle.variants.case import Case, alive, variant
from samoyed_oracle.variants.networks import TINY, Wrapped, of_timm, of_torchvision, prefixed, tiny

THEME = "framework"


def lightning_checkpoint(case: Case, module, name: str = "last.ckpt") -> None:
    """What Lightning's own trainer saves after a step."""
    import lightning

    data = torch.utils.data.TensorDataset(torch.randn(4, 3, TINY, TINY), torch.tensor([0, 1, 2, 3]))
    options = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False}
    trainer = lightning.Trainer(max_steps=1, accelerator="cpu", default_root_dir=case.folder, **options)
    trainer.fit(module, torch.utils.data.DataLoader(data, batch_size=4))
    trainer.save_checkpoint(case.path(name))


def lightning_module(model: nn.Module, attribute: str, **parts):
    import lightning

    class Classifier(lightning.LightningModule):
        def __init__(self, lr: float = 1e-3, model_name: str = "mynet", class_names: list | None = None, **extra):
            super().__init__()
            self.save_hyperparameters()
            setattr(self, attribute, model)
            for name, part in parts.items():
                setattr(self, name, part)

        def forward(self, x):
            return getattr(self, attribute)(x)

        def training_step(self, batch, index):
            return nn.functional.cross_entropy(self(batch[0]), batch[1])

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)

    return Classifier


for attribute in ["model", "net", "backbone", "encoder"]:

    @variant(THEME, f"lightning-{attribute}", "lightning")
    def _(case: Case, attribute: str = attribute) -> None:
        model = tiny()
        lightning_checkpoint(case, lightning_module(model, attribute)())
        case.right(model.eval(), size=TINY, file="last.ckpt")


@variant(THEME, "lightning-hyper-parameters", "lightning")
def _(case: Case) -> None:
    model = of_timm("resnetblur18", 4)
    names = ["ant", "bee", "cat", "dog"]
    lightning_checkpoint(case, lightning_module(model, "model")(model_name="resnetblur18", class_names=names))
    case.right(model.eval(), file="last.ckpt", labels=names)


@variant(THEME, "lightning-metrics-and-loss", "lightning", "torchmetrics")
def _(case: Case) -> None:
    import torchmetrics

    model = tiny()
    metric = torchmetrics.classification.MulticlassConfusionMatrix(5)
    metric.persistent(True)
    parts = {"criterion": nn.CrossEntropyLoss(weight=torch.ones(5)), "val_acc": torchmetrics.Accuracy("multiclass", num_classes=5), "confmat": metric}
    lightning_checkpoint(case, lightning_module(model, "model", **parts)())
    case.right(model.eval(), size=TINY, file="last.ckpt")


@variant(THEME, "lightning-compiled", "lightning")
def _(case: Case) -> None:
    # lightning issue 20233: the module's attribute is an OptimizedModule.
    model = tiny()
    content = {"pytorch-lightning_version": "2.4.0", "state_dict": prefixed("model.", torch.compile(model).state_dict()), "hyper_parameters": {"lr": 0.1}, "callbacks": {}}
    case.save(content, "epoch=3-step=40.ckpt")
    case.right(model, size=TINY, file="epoch=3-step=40.ckpt")


@variant(THEME, "lightning-namespace-and-omegaconf", "lightning", "omegaconf")
def _(case: Case) -> None:
    from omegaconf import OmegaConf

    model = tiny()
    config = OmegaConf.create({"model": {"name": "mynet", "width": 8}, "optimizer": {"lr": 0.1}})
    lightning_checkpoint(case, lightning_module(model, "model")(cfg=config, args=argparse.Namespace(seed=1)))
    case.right(model.eval(), size=TINY, file="last.ckpt")


@variant(THEME, "lightning-backbone-and-head", "lightning")
def _(case: Case) -> None:
    backbone, head = tiny(0), nn.Linear(32, 5)
    model = alive(Wrapped(backbone=backbone, head=head))
    case.save({"state_dict": prefixed("", model.state_dict()), "pytorch-lightning_version": "2.2.0", "epoch": 1})
    case.right(model, size=TINY)


@variant(THEME, "lightning-distributed-folder", "lightning")
def _(case: Case) -> None:
    import torch.distributed.checkpoint as dcp

    # FSDPStrategy(state_dict_type="sharded"): a folder with .metadata and meta.pt.
    dcp.save({"state_dict": prefixed("model.", tiny().state_dict())}, checkpoint_id=str(case.files / "epoch=0.ckpt"), no_dist=True)
    torch.save({"epoch": 0, "pytorch-lightning_version": "2.2.0"}, case.files / "epoch=0.ckpt" / "meta.pt")
    case.refused(r"torch\.distributed\.checkpoint[\s\S]*dcp_to_torch_save", file="epoch=0.ckpt")


def fastai_learner(arch, **options):
    from fastai.vision.all import DataLoaders, accuracy, vision_learner

    data = [(torch.randn(3, TINY, TINY), index % 3) for index in range(8)]
    loaders = DataLoaders.from_dsets(data, data, bs=4)
    loaders.c = 3
    learner = vision_learner(loaders, arch, pretrained=False, n_out=3, normalize=False, loss_func=nn.CrossEntropyLoss(), metrics=accuracy, **options)
    learner.model.eval()
    alive(learner.model)
    return learner


@variant(THEME, "fastai-save", "fastai")
def _(case: Case) -> None:
    import torchvision

    learner = fastai_learner(torchvision.models.resnet18)
    learner.create_opt()
    from fastai.learner import save_model

    save_model(case.path("stage-1.pth"), learner.model, learner.opt)
    case.right(learner.model, file="stage-1.pth", listed=("head-activation",))


@variant(THEME, "fastai-save-without-optimizer", "fastai")
def _(case: Case) -> None:
    import torchvision

    learner = fastai_learner(torchvision.models.resnet34)
    case.save(learner.model.state_dict(), "model.pth")
    case.right(learner.model, file="model.pth", listed=("head-activation",))


@variant(THEME, "fastai-no-concat-pool", "fastai")
def _(case: Case) -> None:
    import torchvision

    learner = fastai_learner(torchvision.models.resnet18, concat_pool=False)
    case.save({"model": learner.model.state_dict(), "opt": {}}, "model.pth")
    case.right(learner.model, file="model.pth")


@variant(THEME, "fastai-timm", "fastai")
def _(case: Case) -> None:
    learner = fastai_learner("resnet18")
    case.save(learner.model.state_dict(), "model.pth")
    case.right(learner.model, file="model.pth", listed=("head-activation",))


@variant(THEME, "fastai-timm-efficientnet", "fastai")
def _(case: Case) -> None:
    learner = fastai_learner("efficientnet_b0")
    case.save(learner.model.state_dict(), "model.pth")
    case.right(learner.model, file="model.pth", listed=("head-activation",))


@variant(THEME, "fastai-whole-model", "fastai")
def _(case: Case) -> None:
    import torchvision

    learner = fastai_learner(torchvision.models.resnet18)
    case.save(learner.model, "model.pth")
    case.right(learner.model, file="model.pth")


@variant(THEME, "fastai-export", "fastai")
def _(case: Case) -> None:
    import torchvision

    learner = fastai_learner(torchvision.models.resnet18)
    learner.dls = None
    torch.save(learner, case.path("export.pkl"))
    case.right(learner.model, file="export.pkl")


@variant(THEME, "fastai-xresnet", "fastai")
def _(case: Case) -> None:
    from fastai.vision.all import xresnet18

    case.save(alive(xresnet18(n_out=3)).state_dict(), "model.pth")
    case.refused(r"torch\.export", file="model.pth")


@variant(THEME, "fastai-unet", "fastai")
def _(case: Case) -> None:
    import torchvision
    from fastai.vision.all import DynamicUnet, create_body

    body = create_body(torchvision.models.resnet18(), pretrained=False)
    case.save(DynamicUnet(body, 3, (TINY, TINY)).state_dict(), "model.pth")
    case.refused(r"torch\.export", file="model.pth")


def mmpretrain(backbone: dict, channels: int, **extra):
    from mmpretrain.models import build_classifier

    head = {"type": extra.pop("head", "LinearClsHead"), "num_classes": 5, "in_channels": channels, **extra.pop("head_options", {})}
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
    meta = {"epoch": 3, "iter": 30, "cfg": "model = dict(type='ImageClassifier')", "seed": 1, "experiment_name": "run", "mmengine_version": "0.10.7", "dataset_meta": {"classes": ["a", "b", "c", "d", "e"]}}
    return {"meta": meta, "state_dict": model.state_dict(), "message_hub": {"log_scalars": {"train/loss": history}, "runtime_info": {}}, "optimizer": {}, "param_schedulers": []}


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
        {"head": "StackedLinearClsHead", "head_options": {"mid_channels": [1024], "dropout_rate": 0.2, "act_cfg": {"type": "HSwish"}}},
    ),
    "efficientnet-b0": ({"type": "EfficientNet", "arch": "b0"}, 1280, {}),
    "regnet-400mf": ({"type": "RegNet", "arch": "regnetx_400mf"}, 384, {}),
    "convnext-atto": ({"type": "ConvNeXt", "arch": "atto", "drop_path_rate": 0.1}, 320, {"neck": None, "head": "LinearClsHead"}),
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
    def _(case: Case, name: str = name, backbone: dict = backbone, channels: int = channels, extra: dict = extra) -> None:
        model = mmpretrain(dict(backbone), channels, **{key: dict(value) if isinstance(value, dict) else value for key, value in extra.items()})
        case.save(mm_content(model), "epoch_3.pth")
        if name in MM_REFUSED:
            case.refused(r"torch\.export", file="epoch_3.pth")
        else:
            case.right(lambda network, x: network.head(network.extract_feat(x)), network=model, file="epoch_3.pth")


@variant(THEME, "mmpretrain-published")
def _(case: Case) -> None:
    # Published files have no optimizer, and a state dict that may be plain.
    model = of_torchvision("resnet18", 10)
    state = {("head." + name if name.startswith("fc.") else "backbone." + name): value for name, value in model.state_dict().items()}
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


@variant(THEME, "timm-saver")
def _(case: Case) -> None:
    from timm.utils import CheckpointSaver, ModelEmaV3

    model = of_timm("resnet10t", 7)
    args = argparse.Namespace(model="resnet10t", num_classes=7, img_size=None, input_size=None, mean=None, std=None, interpolation="", crop_pct=None, gp=None, drop=0.1)
    ema = ModelEmaV3(model)
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    saver = CheckpointSaver(model, optimizer, args=args, model_ema=ema, checkpoint_dir=str(case.files), recovery_dir=str(case.files))
    saver.save_checkpoint(3, metric=0.8)
    case.right(model, size=176, file="model_best.pth.tar")


@variant(THEME, "timm-saver-bn-eps")
def _(case: Case) -> None:
    # train.py --bn-eps: every batch norm has another epsilon, which no tensor shows.
    model = of_timm("mobilenetv3_small_050", 7, bn_eps=0.05)
    case.save({"arch": "mobilenetv3_small_050", "state_dict": model.state_dict(), "args": argparse.Namespace(model="mobilenetv3_small_050", num_classes=7, bn_eps=0.05)})
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


@variant(THEME, "timm-hub-folder")
def _(case: Case) -> None:
    from timm.models import save_for_hf

    model = of_timm("resnetaa50", 3)
    names = ["cat", "dog", "fox"]
    save_for_hf(model, case.files, model_config={"label_names": names})
    case.right(model, file="", labels=names)


@variant(THEME, "timm-hub-model-args")
def _(case: Case) -> None:
    from timm.layers import get_act_layer
    from timm.models import save_for_hf

    model = of_timm("resnet10t", 3, act_layer=get_act_layer("silu"))
    save_for_hf(model, case.files, model_args={"act_layer": "silu"})
    case.right(model, size=176, file="")


@variant(THEME, "ultralytics-classifier")
def _(case: Case) -> None:
    # ultralytics pickles its own classes, whose modules are no network of timm's.
    layers = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.SiLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5))
    case.save({"epoch": -1, "model": layers, "train_args": {"task": "classify", "model": "yolov8n-cls.pt", "imgsz": 224}, "version": "8.2.0"})
    case.refused(r"torch\.export")


@variant(THEME, "detectron2-pickle")
def _(case: Case) -> None:
    # detectron2's model zoo: a pickle of NumPy arrays under Caffe2's names.
    import pickle

    import numpy as np

    content = {"model": {"stem.conv1.weight": np.zeros((64, 3, 7, 7), np.float32), "res2.0.conv1.weight": np.zeros((64, 64, 1, 1), np.float32)}, "__author__": "Detectron2 Model Zoo", "matching_heuristics": True}
    case.path("model.pkl").write_bytes(pickle.dumps(content))
    case.refused(r"torch\.export", file="model.pkl")


@variant(THEME, "timm-config-and-other-weights")
def _(case: Case) -> None:
    # config.json says another network than the weights are.
    from safetensors.torch import save_file

    save_file({name: value.contiguous() for name, value in of_timm("resnet10t", 3).state_dict().items()}, case.path("model.safetensors"))
    case.path("config.json").write_text(json.dumps({"architecture": "resnet50", "num_classes": 3, "pretrained_cfg": {"input_size": [3, 224, 224]}}))
    case.refused(r"config\.json|resnet50", file="")
