"""Writes packages/models/fixtures/naming.json.gz: seeded networks of torchvision and transformers, and their logits.

    python tools/oracle/fixtures_naming.py

Needs transformers, which the oracle does not install: a virtual environment beside the oracle's with transformers 5.24.0
in it, and a `.pth` file that names the oracle's site-packages. Weights and inputs come from the seeded generator and are
not stored. Recorded are names, shapes, dtypes and float64 logits, and the difference of float32 from them.
"""

import gzip
import json
from pathlib import Path

import samoyed_oracle.torchvision_shim  # noqa: F401
import numpy as np
import torch
import torchvision
import transformers
from fixtures_models import noise
from samoyed_oracle.standin import random_chunks
from torchvision import models

TARGET = Path(__file__).resolve().parents[2] / "packages" / "models" / "fixtures" / "naming.json.gz"
SEED = "naming-1"
CLASSES = 10

# torchvision's names, timm's names, sizes of images.
TORCHVISION = (
    ("mobilenet_v2", "mobilenetv2_100", 64),
    ("mobilenet_v3_small", "mobilenetv3_small_100", 64),
    ("efficientnet_b0", "efficientnet_b0", 64),
    ("regnet_y_400mf", "regnety_004", 64),
)
# Too large to be computed in a test: their names and shapes alone.
NAMES_ONLY = (
    ("mobilenet_v3_large", "mobilenetv3_large_100", 224),
    ("efficientnet_b5", "efficientnet_b5", 224),
    ("efficientnet_v2_s", "efficientnetv2_s", 224),
    ("convnext_tiny", "convnext_tiny", 224),
    ("vit_b_16", "vit_base_patch16_224", 224),
    ("swin_t", "swin_tiny_patch4_window7_224", 224),
    ("vgg11", "vgg11", 224),
)


def made(cls: str, config: str, **options) -> torch.nn.Module:
    return getattr(transformers, cls)(getattr(transformers, config)(num_labels=CLASSES, **options))


TINY = {"hidden_size": 192, "num_hidden_layers": 12, "num_attention_heads": 3, "intermediate_size": 768}
TRANSFORMERS = (
    ("ViT", "vit_tiny_patch16_224", 224, "ViTForImageClassification", "ViTConfig", TINY),
    ("DeiT", "deit_tiny_distilled_patch16_224", 224, "DeiTForImageClassificationWithTeacher", "DeiTConfig", TINY),
    ("Swin", "swin_tiny_patch4_window7_224", 224, "SwinForImageClassification", "SwinConfig", {}),
    (
        "ConvNeXt",
        "convnext_atto",
        64,
        "ConvNextForImageClassification",
        "ConvNextConfig",
        {"hidden_sizes": [40, 80, 160, 320], "depths": [2, 2, 6, 2]},
    ),
    (
        "ConvNeXt V2",
        "convnextv2_atto",
        64,
        "ConvNextV2ForImageClassification",
        "ConvNextV2Config",
        {"hidden_sizes": [40, 80, 160, 320], "depths": [2, 2, 6, 2]},
    ),
    (
        "ResNet",
        "resnet18",
        64,
        "ResNetForImageClassification",
        "ResNetConfig",
        {"hidden_sizes": [64, 128, 256, 512], "depths": [2, 2, 2, 2], "layer_type": "basic"},
    ),
    (
        "MobileViT",
        "mobilevit_xxs",
        256,
        "MobileViTForImageClassification",
        "MobileViTConfig",
        {"hidden_sizes": [64, 80, 96], "neck_hidden_sizes": [16, 16, 24, 48, 64, 80, 320], "expand_ratio": 2.0},
    ),
)
CONFIG = ("model_type", "layer_norm_eps", "hidden_act", "num_attention_heads", "num_heads")


def random_array(name: str, shape: tuple[int, ...], std: float) -> np.ndarray:
    count = int(np.prod(shape))
    return np.concatenate([*random_chunks(name, count, seed=SEED, std=std)]).reshape(shape)


def weight(name: str, tensor: torch.Tensor) -> torch.Tensor:
    """The rules of packages/test-support/src/seeded.ts, `seededWeight`; tables of integers are left alone."""
    shape = tuple(tensor.shape)
    if not tensor.is_floating_point():
        return tensor
    if len(shape) > 1:
        std = 0.33 if name == "fc.weight" else (2 / int(np.prod(shape[1:]))) ** 0.5
        return torch.from_numpy(random_array(name, shape, std))
    normal = random_array(name, shape, 1.0).astype(np.float64)
    if name.endswith("running_var"):
        normal = 0.6 + 0.5 * np.abs(normal)
    else:
        normal = 0.6 + 0.2 * normal if name.endswith("weight") else 0.1 * normal
    return torch.from_numpy(normal.astype(np.float32))


def tensors_of(model: torch.nn.Module) -> list:
    return [
        [name, str(tensor.dtype).removeprefix("torch."), list(tensor.shape)]
        for name, tensor in model.state_dict().items()
        if not name.endswith("num_batches_tracked")
    ]


@torch.no_grad()
def record(model: torch.nn.Module, size: int, *, bgr: bool = False) -> dict:
    tensors = tensors_of(model)
    model.load_state_dict({name: weight(name, tensor) for name, tensor in model.state_dict().items()})
    model.eval()
    shape = (1, 3, size, size)
    image = torch.from_numpy(random_array("input", shape, 1.0))
    if bgr:
        # transformers' processor does so.
        image = image.flip(1)
    runs = []
    for dtype in (torch.float32, torch.float64):
        output = model.to(dtype)(image.to(dtype))
        runs.append((output if isinstance(output, torch.Tensor) else output.logits).numpy())
    rounded, exact = runs
    return {"tensors": tensors, "logits": exact.reshape(-1).tolist(), "noise": noise(exact, rounded)}


def main() -> None:
    torch.set_num_threads(1)
    cases = []

    def add(library: str, name: str, architecture: str, size: int, **more) -> None:
        cases.append({"library": library, "name": name, "architecture": architecture, "size": size, **more})
        print(f"{library} {name}: {more.get('noise', '-')}", flush=True)

    for name, architecture, size in TORCHVISION:
        model = getattr(models, name)(num_classes=CLASSES)
        add("torchvision", name, architecture, size, **record(model, size))
    for name, architecture, size in NAMES_ONLY:
        add("torchvision", name, architecture, size, tensors=tensors_of(getattr(models, name)(num_classes=CLASSES)))
    for name, architecture, size, cls, config, options in TRANSFORMERS:
        model = made(cls, config, **options)
        said = {key: value for key, value in model.config.to_dict().items() if key in CONFIG}
        add("transformers", name, architecture, size, config=said, **record(model, size, bgr=name == "MobileViT"))
    document = {
        "seed": SEED,
        "versions": {"torchvision": torchvision.__version__, "transformers": transformers.__version__},
        "cases": cases,
    }
    with TARGET.open("wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as out:
        out.write(json.dumps(document, separators=(",", ":")).encode())


if __name__ == "__main__":
    main()
