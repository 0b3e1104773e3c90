"""Trains a small ResNeXt of timm's on the drawn shapes, on the CPU in minutes."""

import io
import math
import time
from dataclasses import asdict, dataclass

import numpy as np
import samoyed_oracle.torchvision_shim  # noqa: F401
import torch
from PIL import Image
from timm.models.resnet import Bottleneck, ResNet
from torch.nn import functional

from ..recording import transform
from .outlines import LABELS
from .picture import jpeg

ARCHITECTURE = {"layers": (1, 1, 1, 1), "cardinality": 8, "base_width": 16, "channels": (8, 16, 32, 64)}
PREPROCESS = {
    "inputSize": [3, 96, 96],
    "interpolation": "bicubic",
    "cropPct": 0.875,
    "cropMode": "center",
    "mean": [0.485, 0.456, 0.406],
    "std": [0.229, 0.224, 0.225],
}


@dataclass(frozen=True)
class Settings:
    seed: int = 6425
    train_images: int = 5000
    epochs: int = 30
    batch_size: int = 50
    learning_rate: float = 0.004
    weight_decay: float = 0.02
    smoothing: float = 0.05
    threads: int = 2


def network() -> ResNet:
    return ResNet(Bottleneck, num_classes=len(LABELS), **ARCHITECTURE)


def load(data: bytes) -> torch.Tensor:
    """The input tensor of a JPEG's bytes."""
    with Image.open(io.BytesIO(data)) as image:
        return transform(PREPROCESS)(image.convert("RGB"))


def data_set(split: str, count: int, *, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Input tensors [count, 3, 96, 96] and labels [count]."""
    pairs = [jpeg(split, index, seed=seed) for index in range(count)]
    return torch.stack([load(data) for data, _ in pairs]), torch.tensor([label for _, label in pairs])


def varied(batch: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """Rotates, mirrors and shifts images: none of that turns one shape into another."""
    turns, mirror = int(random.integers(4)), bool(random.integers(2))
    down, right = random.integers(-7, 8, 2).tolist()
    batch = torch.rot90(batch, turns, (2, 3))
    batch = batch.flip(3) if mirror else batch
    padded = functional.pad(batch, (7, 7, 7, 7), mode="reflect")
    return padded[:, :, 7 + down : 7 + down + batch.shape[2], 7 + right : 7 + right + batch.shape[3]]


def accuracy(model: ResNet, images: torch.Tensor, labels: torch.Tensor) -> float:
    model.eval()
    with torch.inference_mode():
        predictions = torch.cat([model(part).argmax(1) for part in images.split(100)])
    return (predictions == labels).double().mean().item()


def train(settings: Settings, *, log=print) -> tuple[ResNet, dict]:
    """The trained network and what a training script would save with it."""
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    random = np.random.Generator(np.random.PCG64(settings.seed))
    start = time.monotonic()
    images, labels = data_set("train", settings.train_images, seed=settings.seed)
    held_images, held_labels = data_set("held-out", 500, seed=settings.seed)
    log(f"data set drawn in {time.monotonic() - start:.0f} s")

    # Channels last halves the time; the trained weights are converted back to PyTorch's usual order at the end.
    model = network().to(memory_format=torch.channels_last)
    images = images.contiguous(memory_format=torch.channels_last)
    steps = settings.epochs * math.ceil(len(images) / settings.batch_size)
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.learning_rate, total_steps=steps, pct_start=0.2)
    for epoch in range(settings.epochs):
        model.train()
        losses = []
        for part in torch.from_numpy(random.permutation(len(images))).split(settings.batch_size):
            output = model(varied(images[part], random))
            loss = functional.cross_entropy(output, labels[part], label_smoothing=settings.smoothing)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        held = accuracy(model, held_images, held_labels)
        log(f"epoch {epoch + 1}: loss {np.mean(losses):.3f}, held-out {held:.3f}, {time.monotonic() - start:.0f} s")
    group = {key: value for key, value in optimizer.state_dict()["param_groups"][0].items() if key != "params"}
    return model.eval().to(memory_format=torch.contiguous_format), {
        "epoch": settings.epochs,
        "args": asdict(settings),
        "param_group": group,
    }
