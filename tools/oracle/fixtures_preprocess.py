"""Writes packages/preprocess/fixtures: images, and the results of Pillow, torchvision and timm for them.

    tools/oracle/.venv/bin/python tools/oracle/fixtures_preprocess.py
    tools/oracle/.venv/bin/python tools/oracle/fixtures_preprocess.py --seed 2 --into FOLDER

The second form makes other images and configurations, in another folder: the package's tests do that if the oracle is
installed. Recording needs `cjpeg` (libjpeg-turbo; Debian: libjpeg-turbo-progs) for the samplings and scan scripts that
Pillow does not write; with another seed, these are omitted if it is missing. Files: `jpeg.bin`, `png.bin` hold the encoded images one after the other; the `.json` next to
them has each one's name, length and the SHA-256 of its RGB bytes, or null if Pillow refuses it.
`presets.json` has tensors of torchvision's weights, and `src/presets/torchvision-weights.ts` their settings.
`resize.json` and `transforms.json` name their input by the generator in `raw_pixels`, which the tests also have.
"""

import argparse
import random
import shutil
import sys
from pathlib import Path

import samoyed_oracle.torchvision_shim  # noqa: F401

import numpy as np
import torch
import torchvision
from PIL import Image
from timm.data import create_transform, resolve_data_config

from samoyed_oracle.fixtures.preprocess.bmp import bmp_fixtures
from samoyed_oracle.fixtures.preprocess.decoding import decoding_fixtures
from samoyed_oracle.fixtures.preprocess.gif import gif_fixtures
from samoyed_oracle.fixtures.preprocess.images import raw_pixels, sha256, side, write_json
from samoyed_oracle.fixtures.preprocess.jpeg import jpeg_fixtures
from samoyed_oracle.fixtures.preprocess.opencv import opencv_fixtures
from samoyed_oracle.fixtures.preprocess.png import png_fixtures
from samoyed_oracle.fixtures.preprocess.presets import presets_fixtures, presets_table
from samoyed_oracle.fixtures.preprocess.settings import settings_fixtures
from samoyed_oracle.fixtures.preprocess.webp import webp_fixtures

RECORDED = Path(__file__).resolve().parents[2] / "packages" / "preprocess" / "fixtures"
FILTERS = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]


def resize_fixtures(folder: Path, seed: int) -> None:
    rnd = random.Random(f"samoyed resize {seed}")
    cases = []
    for number in range(360):
        kind, seed = rnd.choice(["noise", "extremes", "ramp"]), rnd.randrange(1 << 32)
        width, height = side(rnd, 100), side(rnd, 100)
        to = [side(rnd, 100), side(rnd, 100)]
        if number % 4 == 0 and width > 2 and height > 4:
            # Around the size from which Pillow 13 resizes vertically first, which rounding makes visible.
            fewer = rnd.randrange(1, min(width, (height + 1) // 2))
            to = [width - fewer, max(1, height - 2 * fewer + rnd.randrange(-1, 2))]
        interpolation = FILTERS[number % len(FILTERS)]
        image = Image.fromarray(raw_pixels(width, height, kind, seed))
        resized = image.resize(tuple(to), Image.Resampling[interpolation.upper()])
        cases.append([width, height, kind, seed, *to, interpolation, sha256(np.asarray(resized))])
    write_json(folder, "resize", cases)


def transform_fixtures(folder: Path, seed: int) -> None:
    rnd = random.Random(f"samoyed transforms {seed}")
    cases = []
    for _ in range(420):
        kind, seed = rnd.choice(["noise", "extremes", "ramp"]), rnd.randrange(1 << 32)
        width, height = side(rnd, 150), side(rnd, 150)
        if rnd.random() < 0.05:
            width, height = rnd.randrange(1, 5), rnd.randrange(100, 230)
        size = side(rnd, 64)
        config = {"input_size": (3, size, size if rnd.random() < 0.6 else side(rnd, 64))}
        optional = {
            "interpolation": rnd.choice(FILTERS),
            "crop_pct": rnd.choice([0.5, 0.8, 0.875, 0.9, 0.95, 1.0, 1.1, 0.96]),
            "crop_mode": rnd.choice(["center", "squash", "border"]),
            # An image without its borders must not be empty.
            "crop_border_pixels": rnd.randrange(min(6, (min(width, height) + 1) // 2)),
        }
        config |= {key: value for key, value in optional.items() if rnd.random() < 0.85}
        if rnd.random() < 0.5:
            config["mean"] = rnd.choice([(0.5, 0.5, 0.5), (0.0, 0.0, 0.0), (0.48145466, 0.4578275, 0.40821073), (1.2, -0.1, 0.3)])
            config["std"] = rnd.choice([(0.5, 0.5, 0.5), (1.0, 1.0, 1.0), (0.26862954, 0.26130258, 0.27577711)])
        image = Image.fromarray(raw_pixels(width, height, kind, seed))
        try:
            tensor = create_transform(**config)(image)
            result = sha256(tensor.numpy())
        except (ValueError, ZeroDivisionError):
            result = None
        cases.append([width, height, kind, seed, {camel(key): value for key, value in config.items()}, result])
    write_json(folder, "transforms", cases)


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def data_config_fixtures(folder: Path, seed: int) -> None:
    rnd = random.Random(f"samoyed data config {seed}")

    def some(values: dict) -> dict:
        return {key: rnd.choice(choices) for key, choices in values.items() if rnd.random() < 0.4}

    shared = {
        "interpolation": FILTERS,
        "mean": [(0.5, 0.5, 0.5), (0.1, 0.2, 0.3)],
        "std": [(0.5, 0.5, 0.5), (0.1, 0.2, 0.3)],
        "crop_pct": [0.0, 0.9, 1.0],
        "crop_mode": ["center", "squash", "border"],
    }
    cases = []
    while len(cases) < 120:
        args = some(shared | {"in_chans": [1, 3], "chans": [1, 3], "input_size": [(3, 64, 48)], "img_size": [96]})
        if rnd.random() < 0.2:
            args["mean"] = (0.5,)
        pretrained = some(shared | {"input_size": [(3, 288, 288)], "test_input_size": [(3, 320, 320)], "test_crop_pct": [0.0, 1.0]})
        use_test_size = rnd.random() < 0.5
        if not args and not pretrained:
            continue
        try:
            result = resolve_data_config(args, pretrained_cfg=pretrained, use_test_size=use_test_size)
        except AssertionError:
            result = None
        named = [{camel(key): value for key, value in each.items()} if each is not None else None for each in (args, pretrained, result)]
        cases.append([named[0], named[1], use_test_size, named[2]])
    write_json(folder, "data-configs", cases)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--into", type=Path, default=RECORDED)
    options = parser.parse_args()
    if options.into == RECORDED and shutil.which("cjpeg") is None:
        sys.exit("cjpeg is not installed; Debian: apt-get install libjpeg-turbo-progs")
    torch.set_num_threads(1)
    options.into.mkdir(exist_ok=True)
    for fixtures in (jpeg_fixtures, png_fixtures, bmp_fixtures, gif_fixtures, webp_fixtures, decoding_fixtures, resize_fixtures, opencv_fixtures, transform_fixtures, settings_fixtures, presets_fixtures, data_config_fixtures):
        fixtures(options.into, options.seed)
    if options.into == RECORDED:
        presets_table(RECORDED.parent / "src" / "presets" / "torchvision-weights.ts", torchvision.__version__.partition("+")[0])


if __name__ == "__main__":
    main()
