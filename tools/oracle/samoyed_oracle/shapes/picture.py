"""Draws one labeled picture: a shape of random color, texture, size and rotation among clutter, as a JPEG."""

import io
import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .outlines import LABELS, SHAPES, Outline

SUPERSAMPLING = 3
# Wider than the input, so that the resize and the crop of preprocessing matter.
SIDES = (112, 140)
PATTERNS = ("plain", "shaded", "striped", "checked", "grainy")
SPLITS = ("train", "held-out")


def texture(random: np.random.Generator, color: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A surface around a color, float64 [height, width, 3], in one of the patterns."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    angle = random.uniform(0, 2 * math.pi)
    along = x * math.cos(angle) + y * math.sin(angle)
    across = y * math.cos(angle) - x * math.sin(angle)
    period = random.uniform(5, 16)
    pattern = PATTERNS[random.integers(len(PATTERNS))]
    if pattern == "plain":
        wave = np.zeros_like(x)
    elif pattern == "shaded":
        wave = along / np.abs(along).max()
    elif pattern == "striped":
        wave = np.sign(np.sin(2 * math.pi * along / period))
    elif pattern == "checked":
        wave = np.sign(np.sin(2 * math.pi * along / period) * np.sin(2 * math.pi * across / period))
    else:
        coarse = random.normal(size=(height // 6 + 2, width // 6 + 2)).astype(np.float32)
        wave = np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC), dtype=np.float64)
    tint = random.normal(0, 1, 3)
    return color + wave[..., None] * random.uniform(8, 26) * tint / max(np.abs(tint).max(), 0.5)


def two_colors(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Background and foreground, different enough to be visible under their textures."""
    while True:
        background, foreground = random.uniform(10, 245, (2, 3))
        if np.linalg.norm(background - foreground) > 105:
            return background, foreground


def mask(outline: Outline, size: tuple[int, int], matrix: np.ndarray, center: np.ndarray) -> Image.Image:
    """An outline through a linear map, antialiased."""
    large = Image.new("L", (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING))
    pen = ImageDraw.Draw(large)
    for points, fill in outline:
        placed = (points @ matrix.T + center) * SUPERSAMPLING
        pen.polygon(np.rint(placed).astype(int).ravel().tolist(), fill=255 * fill)
    return large.resize(size, Image.Resampling.BOX)


def clutter(random: np.random.Generator, image: Image.Image, count: int, unit: float) -> None:
    """Specks, sticks and triangles, much smaller than the shape."""
    pen = ImageDraw.Draw(image)
    for _ in range(count):
        at = random.uniform(0, image.size, 2)
        color = tuple(random.integers(0, 256, 3).tolist())
        kind = random.integers(3)
        if kind == 0:
            radius = unit * random.uniform(0.05, 0.13)
            pen.ellipse([*np.rint(at - radius).tolist(), *np.rint(at + radius).tolist()], fill=color)
        elif kind == 1:
            end = at + random.normal(0, unit * 0.4, 2)
            pen.line([*np.rint(at).tolist(), *np.rint(end).tolist()], fill=color, width=int(random.integers(1, 3)))
        else:
            corners = at + random.normal(0, unit * 0.13, (3, 2))
            pen.polygon(np.rint(corners).astype(int).ravel().tolist(), fill=color)


def draw(random: np.random.Generator, label: int) -> Image.Image:
    """The picture before it is compressed."""
    size = tuple(random.integers(SIDES[0], SIDES[1] + 1, 2).tolist())
    short = min(size)
    background, foreground = two_colors(random)
    radius = short * random.uniform(0.22, 0.36)
    angle = random.uniform(0, 2 * math.pi)
    rotation = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    stretch = np.array([[1, random.uniform(-0.15, 0.15)], [0, random.uniform(0.85, 1)]])
    # Inside the center crop.
    reach = max(short * 0.42 - radius, 0)
    center = np.array(size) / 2 + random.uniform(-reach, reach, 2)

    pixels = np.clip(np.rint(texture(random, background, size)), 0, 255).astype(np.uint8)
    image = Image.fromarray(pixels)
    clutter(random, image, int(random.integers(3, 10)), radius)
    surface = np.clip(np.rint(texture(random, foreground, size)), 0, 255).astype(np.uint8)
    outline = SHAPES[LABELS[label]](random)
    image.paste(Image.fromarray(surface), mask=mask(outline, size, radius * rotation @ stretch, center))
    clutter(random, image, int(random.integers(0, 4)), radius * 0.8)
    image = image.filter(ImageFilter.GaussianBlur(random.uniform(0, 0.9)))
    grain = random.normal(0, random.uniform(0, 7), (size[1], size[0], 1))
    return Image.fromarray(np.clip(np.rint(np.asarray(image) + grain), 0, 255).astype(np.uint8))


def jpeg(split: str, index: int, *, seed: int) -> tuple[bytes, int]:
    """The picture with this number, compressed, and its label. Each is independent of all others."""
    label = index % len(LABELS)
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, SPLITS.index(split), index])))
    image = draw(random, label)
    file = io.BytesIO()
    subsampling = ("4:4:4", "4:2:2", "4:2:0", "4:2:0")[random.integers(4)]
    image.save(file, format="JPEG", quality=int(random.integers(72, 93)), subsampling=subsampling)
    return file.getvalue(), label
