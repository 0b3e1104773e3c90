"""Draws golden/images/samoyed-drawn.jpg, the project's own picture: a fluffy white dog on a meadow.

tools/oracle/.venv/bin/python tools/oracle/draw_samoyed.py [FILE]
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from samoyed_oracle.drawing import background, dog
from samoyed_oracle.drawing.canvas import HEIGHT, WIDTH

SEED = 6425
OUT = Path(__file__).resolve().parents[2] / "golden" / "images" / "samoyed-drawn.jpg"


def draw(seed: int = SEED) -> Image.Image:
    random = np.random.Generator(np.random.PCG64(seed))
    image = background.paint(random)
    dog.paint(random, image)
    return image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def save(path: Path) -> None:
    # Halved color resolution, as cameras save: this distinguishes decoders that interpolate it differently.
    draw().save(path, format="JPEG", quality=88, subsampling="4:2:0", optimize=True)


if __name__ == "__main__":
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    out.parent.mkdir(parents=True, exist_ok=True)
    save(out)
