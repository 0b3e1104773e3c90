"""Writes the class names of ImageNet's sets, in the order of classifiers, into packages/architectures.

    SAMOYED_ASSETS=FOLDER .venv/bin/python labels.py           writes data/imagenet-1k.json.deflate and imagenet-22k.json.deflate
    SAMOYED_ASSETS=FOLDER .venv/bin/python labels.py --check   fails if they differ from what it would write

The thousand names are those of PyTorch's hub (golden/assets.json); the larger sets have WordNet's words from timm.
"""

import argparse
import hashlib
import json
import os
import sys
import zlib
from importlib.resources import files
from pathlib import Path

from samoyed_oracle import torchvision_shim  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "packages" / "architectures" / "data"
VERSION = 1
# Each set's number of classes is unique, and is how timm tells them apart (timm 1.0.29, imagenet_info.py).
LARGER = {
    "imagenet-12k": "imagenet12k_synsets.txt",
    "imagenet-21k-goog": "imagenet21k_goog_synsets.txt",
    "imagenet-21k-miil": "imagenet21k_miil_synsets.txt",
    "imagenet-22k": "imagenet22k_synsets.txt",
    "imagenet-22k-ms": "imagenet22k_ms_synsets.txt",
}


def timm_lines(name: str) -> list[str]:
    return (files("timm") / "data" / "_info" / name).read_text().splitlines()


def thousand() -> list[str]:
    """The names of the pinned asset."""
    asset = json.loads((ROOT / "golden" / "assets.json").read_text())["imagenet_classes.txt"]
    data = (Path(os.environ["SAMOYED_ASSETS"]) / "imagenet_classes.txt").read_bytes()
    if hashlib.sha256(data).hexdigest() != asset["sha256"]:
        raise ValueError("imagenet_classes.txt is not the pinned one")
    return data.decode().rstrip("\n").split("\n")


def compressed(document: dict) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return packer.compress(text.encode()) + packer.flush()


def documents() -> dict[str, dict]:
    words = dict(line.split("\t") for line in timm_lines("imagenet_synset_to_lemma.txt"))
    names = thousand()
    for name, synset in zip(names, timm_lines("imagenet_synsets.txt"), strict=True):
        if name.lower() not in words[synset].lower().split(", "):
            raise ValueError(f"{name} is none of {words[synset]}: the order of the classes differs")
    places = {synset: place for place, synset in enumerate(words)}
    sets = {name: [places[synset] for synset in timm_lines(file)] for name, file in LARGER.items()}
    return {
        "imagenet-1k.json.deflate": {"version": VERSION, "names": names},
        "imagenet-22k.json.deflate": {"version": VERSION, "names": list(words.values()), "sets": sets},
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not up to date")
    check = parser.parse_args().check
    for name, document in documents().items():
        data, file = compressed(document), DATA / name
        if not check:
            file.write_bytes(data)
            print(f"{name}: {len(data)} bytes")
        elif not file.exists() or file.read_bytes() != data:
            print(f"not up to date: {name}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
