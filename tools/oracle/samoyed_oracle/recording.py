"""The common parts of recorded cases: inputs by timm's own transform, logits in float64 and float32, the environment."""

import copy
import hashlib
import json
import platform
import re
from pathlib import Path

import numpy as np
import PIL
import samoyed_oracle.torchvision_shim  # noqa: F401
import timm
import torch
from PIL import Image
from timm.data import create_transform

THREADS = 1


def preprocess_config(timm_config: dict) -> dict:
    """timm's data configuration under the names of a contract."""
    return {
        "inputSize": list(timm_config["input_size"]),
        "interpolation": timm_config["interpolation"],
        "cropPct": timm_config["crop_pct"],
        "cropMode": timm_config["crop_mode"],
        "mean": list(timm_config["mean"]),
        "std": list(timm_config["std"]),
    }


def transform(config: dict):
    """timm's evaluation transform for a contract's preprocessing."""
    return create_transform(
        input_size=tuple(config["inputSize"]),
        is_training=False,
        interpolation=config["interpolation"],
        crop_pct=config["cropPct"],
        crop_mode=config["cropMode"],
        mean=tuple(config["mean"]),
        std=tuple(config["std"]),
    )


def load_input(path: Path, config: dict) -> torch.Tensor:
    """The input tensor of an image file, float32 [3, height, width]."""
    with Image.open(path) as image:
        return transform(config)(image.convert("RGB"))


def tensor_sha256(tensor: torch.Tensor) -> str:
    return hashlib.sha256(tensor.numpy().astype("<f4", copy=False).tobytes()).hexdigest()


def image_keys(images: list[dict], inputs: torch.Tensor) -> dict:
    """The keys of case.json about images, each an entry with its `sha256`: an image dropped from one of them shows."""
    hashes = [tensor_sha256(image) for image in inputs]
    lines = [
        f"{image['sha256']} {sha256} {image.get('label', '-')}\n" for image, sha256 in zip(images, hashes, strict=True)
    ]
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    return {"images": images, "inputSha256": hashes, "imageSet": {"count": len(images), "sha256": digest}}


def logits(model: torch.nn.Module, inputs: torch.Tensor, dtype: torch.dtype) -> np.ndarray:
    """The model's logits when weights and inputs are cast to a dtype, [images, classes]."""
    torch.set_num_threads(THREADS)
    network = copy.deepcopy(model).to(dtype).eval() if dtype != torch.float32 else model.eval()
    with torch.inference_mode():
        return np.concatenate([network(image[None].to(dtype)).numpy() for image in inputs])


def noise(logits64: np.ndarray, logits32: np.ndarray) -> dict:
    """The difference of float32 from float64 in PyTorch itself: the unit of all tolerances."""
    difference = np.abs(logits32.astype(np.float64) - logits64)
    return {"max": float(difference.max()), "rms": float(np.sqrt((difference**2).mean()))}


def cpu_name() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    name = found.group(1).strip() if found else platform.processor() or platform.machine()
    return f"{name} ({torch.backends.cpu.get_cpu_capability()})"


def environment() -> dict:
    return {
        "torch": torch.__version__.split("+")[0],
        "timm": timm.__version__,
        "pillow": PIL.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "threads": THREADS,
        "cpu": cpu_name(),
    }


def softmax(values: np.ndarray) -> np.ndarray:
    exponents = np.exp(values.astype(np.float64) - values.max(axis=-1, keepdims=True))
    return exponents / exponents.sum(axis=-1, keepdims=True)


def write_json(path: Path, value: object) -> None:
    """Indented by two; innermost lists and objects that fit are on one line."""

    def join(match: re.Match) -> str:
        line = re.sub(r"\s*\n\s*", " ", match.group(0))
        return line if len(line) <= 110 else match.group(0)

    text = json.dumps(value, indent=2, ensure_ascii=False)
    text = re.sub(r"\[[^\[\]{}]*\]", lambda match: join(match).replace("[ ", "[").replace(" ]", "]"), text)
    path.write_text(re.sub(r"\{(?:[^\[\]{}]|\[[^\[\]{}\n]*\])*\}", join, text) + "\n")
