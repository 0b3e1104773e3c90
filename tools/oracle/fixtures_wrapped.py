"""Writes packages/convert/fixtures/wrapped.json.gz: checkpoints as people save them, and what their networks compute.

    python tools/oracle/fixtures_wrapped.py

Names come from PyTorch's own wrappers. Weights and inputs come from the seeded generator by the tensors' names in the
file, and are not stored. Recorded are dictionaries, names, shapes, dtypes and float64 outputs, and the difference of
float32 from them.
"""

import gzip
import json
from pathlib import Path

import samoyed_oracle.torchvision_shim  # noqa: F401
import torch
from fixtures_models import SEED, noise, random_array, weight
from timm.models.resnet import BasicBlock, Bottleneck, ResNet
from torch import nn
from torch.nn.utils import prune
from torch.optim.swa_utils import AveragedModel

TARGET = Path(__file__).resolve().parents[2] / "packages" / "convert" / "fixtures" / "wrapped.json.gz"
SIZE = 64


def tiny(block=BasicBlock, classes: int = 5, **options) -> ResNet:
    return ResNet(block, (1, 1, 1, 1), channels=(8, 16, 24, 32), num_classes=classes, **options)


def seed(content) -> None:
    """Fills the tensors of every dictionary by their names there; those that share storage get the last one's."""
    if isinstance(content, dict):
        for name, value in content.items():
            if isinstance(value, torch.Tensor):
                if value.is_floating_point():
                    value.copy_(torch.from_numpy(weight(name, tuple(value.shape))))
            else:
                seed(value)


def described(content):
    if isinstance(content, torch.Tensor):
        return {"tensor": [str(content.dtype).removeprefix("torch."), list(content.shape)]}
    if isinstance(content, dict):
        return {"entries": [[name, described(value)] for name, value in content.items()]}
    return {"value": content}


class Wrapped(nn.Module):
    """Modules under names of their own, one after the other."""

    def __init__(self, **modules: nn.Module):
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, x):
        for module in self.children():
            x = module(x)
        return x


def compiled(module: nn.Module) -> nn.Module:
    return torch.compile(module, backend="eager")


def with_head(head: nn.Module, **options) -> ResNet:
    model = tiny(**options)
    model.fc = head
    return model


def caffe() -> ResNet:
    model = tiny(Bottleneck)
    for layer in (model.layer2, model.layer3, model.layer4):
        layer[0].conv1.stride, layer[0].conv2.stride = (2, 2), (1, 1)
    return model


def changed(model: ResNet, **modules: nn.Module) -> ResNet:
    for name, module in modules.items():
        setattr(model, name, module)
    return model


def epsilon(model: nn.Module, value: float) -> nn.Module:
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = value
    return model


def numbered() -> nn.Module:
    children = list(tiny(classes=0).children())[:-1]
    return Wrapped(features=nn.Sequential(*children), fc=nn.Linear(32, 5))


class ConcatPool(nn.Module):
    """fastai's AdaptiveConcatPool2d (2.8, `layers.py`)."""

    def forward(self, x):
        return torch.cat([nn.functional.adaptive_max_pool2d(x, 1), nn.functional.adaptive_avg_pool2d(x, 1)], 1)


def fastai() -> nn.Module:
    """A body and a head as fastai's `vision_learner` makes them (2.8, `vision/learner.py`, `create_head`)."""
    body = nn.Sequential(*list(tiny(classes=0).children())[:-2])
    head = nn.Sequential(
        ConcatPool(), nn.Flatten(), nn.BatchNorm1d(64), nn.Dropout(0.25), nn.Linear(64, 16, bias=False),
        nn.ReLU(), nn.BatchNorm1d(16), nn.Dropout(0.5), nn.Linear(16, 5, bias=False),
    )  # fmt: skip
    return nn.Sequential(body, head)


def pruned(model: nn.Module) -> nn.Module:
    for module in (model.layer1[0].conv1, model.fc):
        prune.random_unstructured(module, "weight", 0.5)
    return model


def state_dicts(name: str) -> tuple:
    """A case's content, and the network that inference runs."""
    model = tiny()
    state = model.state_dict
    if name == "plain":
        return state(), model
    if name == "parallel under net":
        return {"net": nn.DataParallel(model).state_dict(), "acc": 93.0}, model
    if name == "Lightning":
        return {"state_dict": Wrapped(model=model).state_dict(), "epoch": 3}, model
    if name == "Lightning with a loss and a metric":
        extra = {"criterion.weight": torch.ones(5), "val_acc.tp": torch.zeros(5, dtype=torch.int64)}
        return {"state_dict": Wrapped(model=model).state_dict() | extra}, model
    if name == "compiled then parallel":
        return nn.DataParallel(compiled(model)).state_dict(), model
    if name == "compiled parts":
        whole = Wrapped(backbone=model)
        model.layer3 = compiled(model.layer3)
        return {"model": {"state_dict": whole.state_dict()}}, model
    if name == "averaged":
        average = AveragedModel(tiny(), use_buffers=True)
        return {"model": model.state_dict(), "model_ema": average.state_dict(), "epoch": 1}, average.module
    if name == "averages beside the weights":
        whole = Wrapped(model=model, ema_model=tiny())
        return {"state_dict": whole.state_dict()}, whole.ema_model
    if name == "MMPretrain":
        whole = Wrapped(backbone=tiny(classes=0), head=Wrapped(fc=nn.Linear(32, 5)))
        return {"meta": {"CLASSES": ["a", "b", "c", "d", "e"]}, "state_dict": whole.state_dict()}, whole
    if name == "a classifier beside the backbone":
        whole = Wrapped(encoder=tiny(classes=0), classifier=nn.Linear(32, 5, bias=False))
        return whole.state_dict(), whole
    if name == "dropout and Linear":
        model = with_head(nn.Sequential(nn.Dropout(0.2), nn.Linear(32, 5)))
    elif name == "MLP":
        model = with_head(nn.Sequential(nn.Linear(32, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 5)))
    elif name == "MLP with tanh":
        model = with_head(nn.Sequential(nn.Linear(32, 16, bias=False), nn.Tanh(), nn.Linear(16, 5)))
    elif name == "two Linear layers":
        model = with_head(nn.Sequential(nn.Linear(32, 16), nn.Linear(16, 5)))
    elif name == "MoCo":
        whole = Wrapped(encoder_q=with_head(nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 8))), encoder_k=tiny(classes=8))
        whole.register_buffer("queue", torch.zeros(8, 64))
        whole.register_buffer("queue_ptr", torch.zeros(1, dtype=torch.int64))
        content = {"arch": "mynet", "state_dict": nn.DataParallel(whole).state_dict()}
        return content, ("features", whole.encoder_q)
    elif name == "DINO":
        def branch() -> nn.Module:
            head = Wrapped(mlp=nn.Sequential(nn.Linear(32, 16), nn.GELU(), nn.Linear(16, 8)), last_layer=nn.Linear(8, 64, bias=False))
            return Wrapped(backbone=tiny(classes=0), head=head)
        student, teacher = branch(), branch()
        content = {"student": nn.DataParallel(student).state_dict(), "teacher": teacher.state_dict(), "epoch": 1}
        return content, teacher.backbone
    elif name == "SwAV":
        model = tiny(classes=0)
        whole = changed(model, projection_head=nn.Sequential(nn.Linear(32, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 8)), prototypes=nn.Linear(8, 30, bias=False))
        content = nn.DataParallel(whole).state_dict()
        return content, whole
    elif name == "MLP with norms":
        model = with_head(nn.Sequential(nn.BatchNorm1d(32), nn.Linear(32, 16, bias=False), nn.ReLU(), nn.BatchNorm1d(16), nn.Linear(16, 5)))
    elif name == "MLP with GELU":
        model = with_head(nn.Sequential(nn.Linear(32, 16), nn.GELU(), nn.Linear(16, 5)))
    elif name == "fastai":
        model = fastai()
    elif name == "pruned":
        model = pruned(model)
    elif name == "weight norm":
        torch.nn.utils.weight_norm(model.fc)
    elif name == "parametrized weight norm":
        torch.nn.utils.parametrizations.weight_norm(model.fc)
    elif name == "stem of small images":
        model = changed(tiny(), conv1=nn.Conv2d(3, 64, 3, 1, 1, bias=False), maxpool=nn.Identity())
    elif name == "numbered children":
        model = numbered()
    elif name == "activation":
        model = tiny(act_layer=nn.SiLU)
    elif name == "anti-aliasing":
        from timm.layers import BlurPool2d
        model = tiny(aa_layer=BlurPool2d)
    elif name == "stride-in":
        model = caffe()
    elif name == "stem-pooling":
        model = changed(tiny(), maxpool=nn.Identity())
    elif name == "output-stride":
        model = tiny(output_stride=8)
    elif name in ("pooling max", "pooling avgmax"):
        model = tiny(global_pool=name.split()[1])
    elif name == "epsilon":
        model = epsilon(tiny(), 0.1)
    return model.state_dict(), model


# Names, and the options that the conversion needs.
CASES = {
    "plain": {},
    "parallel under net": {},
    "Lightning": {},
    "Lightning with a loss and a metric": {},
    "compiled then parallel": {},
    "compiled parts": {},
    "averaged": {},
    "averages beside the weights": {},
    "MMPretrain": {},
    "a classifier beside the backbone": {},
    "dropout and Linear": {},
    "MLP": {},
    "MLP with tanh": {"assume": {"head-activation": "tanh"}},
    "two Linear layers": {},
    "MLP with norms": {},
    "MLP with GELU": {"assume": {"head-activation": "gelu"}},
    "fastai": {},
    "pruned": {},
    "weight norm": {},
    "parametrized weight norm": {},
    "stem of small images": {},
    "MoCo": {},
    "DINO": {},
    "SwAV": {},
    "numbered children": {},
    "activation": {"assume": {"activation": "silu"}},
    "anti-aliasing": {"assume": {"anti-aliasing": "blur"}},
    "stride-in": {"assume": {"stride-in": "conv1"}},
    "stem-pooling": {"assume": {"stem-pooling": "none"}},
    "output-stride": {"assume": {"output-stride": "8"}},
    "pooling max": {"assume": {"pooling": "max"}},
    "pooling avgmax": {"assume": {"pooling": "avgmax"}},
    "epsilon": {"assume": {"epsilon": "0.1"}},
}


def computed(model, image: torch.Tensor) -> torch.Tensor:
    """A network's output; of a network whose projection inference drops, the features."""
    if isinstance(model, tuple):
        return model[1].forward_head(model[1].forward_features(image), pre_logits=True)
    return model(image)


@torch.no_grad()
def record(name: str) -> dict:
    content, model = state_dicts(name)
    seed(content)
    network = model[1] if isinstance(model, tuple) else model
    network.eval()
    image = torch.from_numpy(random_array("input", (1, 3, SIZE, SIZE), 1.0))
    runs = []
    for dtype in (torch.float32, torch.float64):
        network.to(dtype)
        runs.append(computed(model, image.to(dtype)).numpy())
    rounded, exact = runs
    return {"content": described(content), "output": exact.reshape(-1).tolist(), "noise": noise(exact, rounded)}


def main() -> None:
    torch.set_num_threads(1)
    cases = []
    for name, options in CASES.items():
        cases.append({"name": name, **options, **record(name)})
        print(f"{name}: {len(cases[-1]['output'])} outputs, noise {cases[-1]['noise']}", flush=True)
    document = {"seed": SEED, "size": SIZE, "torch": torch.__version__, "cases": cases}
    TARGET.parent.mkdir(exist_ok=True)
    with TARGET.open("wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as out:
        out.write(json.dumps(document, separators=(",", ":")).encode())


if __name__ == "__main__":
    main()
