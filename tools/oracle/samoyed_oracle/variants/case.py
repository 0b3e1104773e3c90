"""One checkpoint as somebody made it: its files, and what a conversion must do with it."""

import copy
import importlib.util
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import samoyed_oracle.torchvision_shim  # noqa: F401
import torch
from torch import nn

from samoyed_oracle.recording import write_json

CHECKPOINT = "checkpoint.pth"


def seeded(name: str) -> torch.Generator:
    return torch.Generator().manual_seed(zlib.crc32(name.encode()))


def alive(model: nn.Module, seed: str = "alive") -> nn.Module:
    """Gives a network numbers that matter everywhere: statistics of training, and no weight that is one constant."""
    generator = seeded(seed)

    def noise(tensor: torch.Tensor) -> torch.Tensor:
        return torch.randn(tensor.shape, generator=generator).to(tensor.dtype)

    with torch.no_grad():
        for name, buffer in model.named_buffers():
            if name.endswith("running_mean"):
                buffer.copy_(0.3 * noise(buffer))
            if name.endswith("running_var"):
                buffer.copy_(0.5 + noise(buffer).abs())
        for parameter in model.parameters():
            if parameter.numel() > 1 and parameter.min() == parameter.max():
                # Layer scales begin near 0 and hide what is behind them.
                middle = parameter.flatten()[0].item()
                parameter.copy_((0.3 if abs(middle) < 0.01 else middle) + 0.1 * noise(parameter))
    return model.eval()


@dataclass
class Variant:
    """A kind of checkpoint. `make` writes one into a folder."""

    name: str
    theme: str
    make: Callable[["Case"], None]
    libraries: tuple[str, ...] = ()

    def missing(self) -> list[str]:
        return [library for library in self.libraries if importlib.util.find_spec(library) is None]


VARIANTS: dict[str, Variant] = {}


def variant(theme: str, name: str, *libraries: str):
    """Registers a function that makes a checkpoint, and the libraries besides PyTorch and timm that it needs."""

    def register(make: Callable[["Case"], None]) -> Callable[["Case"], None]:
        full = f"{theme}-{name}"
        if full in VARIANTS:
            raise ValueError(f"two checkpoints of the name {full}")
        VARIANTS[full] = Variant(full, theme, make, libraries)
        return make

    return register


class Case:
    """A checkpoint in its folder. `right` or `refused` says what must come of it, once."""

    def __init__(self, variant: Variant, folder: Path):
        self.name = variant.name
        self.theme = variant.theme
        self.folder = folder
        self.files = folder / "files"
        self.files.mkdir(parents=True)
        self.generator = seeded(self.name)
        torch.manual_seed(zlib.crc32(self.name.encode()))

    def path(self, name: str = CHECKPOINT) -> Path:
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def save(self, content, name: str = CHECKPOINT, **options) -> None:
        torch.save(content, self.path(name), **options)

    def _describe(self, expected: dict, file: str, options: tuple[str, ...]) -> None:
        document = {"name": self.name, "theme": self.theme, "file": file, "options": list(options), **expected}
        write_json(self.folder / "case.json", document)

    def right(
        self,
        model: Callable[[torch.Tensor], torch.Tensor] | nn.Module,
        *,
        size: int = 224,
        file: str = CHECKPOINT,
        options: tuple[str, ...] = (),
        listed: tuple[str, ...] = (),
        labels: list[str] | None = None,
        network: nn.Module | None = None,
        channels: int = 3,
    ) -> None:
        """Records what the network computes.

        `listed` are settings that a conversion must list, without the options and with them. `network` is the module
        that `model` calls, where that is a function.
        """
        own = copy.deepcopy(network if network is not None else model).eval()
        call = model if network is not None else (lambda network, x: network(x))
        x = torch.randn(1, channels, size, size, generator=self.generator)
        with torch.no_grad():
            rounded = call(own.float(), x).float()
            exact = call(own.double(), x.double()).double()
        np.save(self.folder / "input.npy", x.numpy())
        np.save(self.folder / "values32.npy", rounded.numpy())
        np.save(self.folder / "values64.npy", exact.numpy())
        expected = {"expect": "right", "listed": list(listed)}
        if labels is not None:
            expected["labels"] = labels
        self._describe(expected, file, options)

    def refused(self, cure: str, *, file: str = CHECKPOINT, options: tuple[str, ...] = ()) -> None:
        """`cure` is a regular expression that the error and its hint must match."""
        self._describe({"expect": "refused", "cure": cure}, file, options)
