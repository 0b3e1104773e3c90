"""Files that the cases need and that this repository must not contain: found in the folder SAMOYED_ASSETS, by hash."""

import hashlib
import os
from pathlib import Path

ASSETS = {
    "dog.jpg": {
        "url": "https://github.com/pytorch/hub/raw/master/images/dog.jpg",
        "sha256": "f3f87bb8ab3c26c7ecfd3ac60421d7f32b0503d1d6c5baf8bac42ed93d86351a",
    },
    "imagenet_classes.txt": {
        "url": "https://raw.githubusercontent.com/pytorch/hub/master/imagenet_classes.txt",
        "sha256": "1f386e0d1cb6e28b9c2dac651c3dea6801e98ad1b41a14ce6bb1a093d72069f5",
    },
}


class MissingAsset(FileNotFoundError):
    """An asset is not in the folder SAMOYED_ASSETS."""


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def asset(name: str) -> Path:
    """The path of an asset, whose hash is checked."""
    folder = os.environ.get("SAMOYED_ASSETS")
    if not folder:
        raise MissingAsset(
            f"{name} is needed; put it from {ASSETS[name]['url']} in a folder and set SAMOYED_ASSETS to it"
        )
    path = Path(folder) / name
    if not path.is_file():
        raise MissingAsset(f"{path} does not exist; download it from {ASSETS[name]['url']}")
    got = file_sha256(path)
    if got != ASSETS[name]["sha256"]:
        raise ValueError(f"{path} has SHA-256 {got}; expected {ASSETS[name]['sha256']}")
    return path


def imagenet_classes() -> list[str]:
    return asset("imagenet_classes.txt").read_text().splitlines()
