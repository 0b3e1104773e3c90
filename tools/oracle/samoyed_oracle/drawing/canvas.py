"""Shared by the parts of the picture: the canvas, soft noise, tapered strokes.

Coordinates are in pixels of the finished picture; the canvas is SCALE times larger and is reduced at the end. All
arithmetic is float64 and all randomness comes from the generator that is passed in, so the seed decides every pixel.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT, SCALE = 720, 540, 3

Color = tuple[float, float, float]


def blank(color: tuple[int, int, int]) -> Image.Image:
    return Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), color)


def grid() -> tuple[np.ndarray, np.ndarray]:
    """x and y of every pixel of the finished picture, [HEIGHT, WIDTH]."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    return x, y


def soft_noise(random: np.random.Generator, cell: float, *, octaves: int = 3) -> np.ndarray:
    """Smooth noise of mean 0 and standard deviation 1 with features of about `cell` pixels, [HEIGHT, WIDTH]."""
    total = np.zeros((HEIGHT, WIDTH))
    for octave in range(octaves):
        size = max(cell / 2**octave, 2)
        coarse = random.normal(size=(int(HEIGHT / size) + 3, int(WIDTH / size) + 3)).astype(np.float32)
        smooth = Image.fromarray(coarse).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
        total += np.asarray(smooth, dtype=np.float64) / 2**octave
    return (total - total.mean()) / total.std()


def bump(x: np.ndarray, y: np.ndarray, *, at: tuple[float, float], size: tuple[float, float]) -> np.ndarray:
    """A half ellipsoid of height 1, zero outside."""
    return np.sqrt(np.clip(1 - ((x - at[0]) / size[0]) ** 2 - ((y - at[1]) / size[1]) ** 2, 0, None))


def glow(x: np.ndarray, y: np.ndarray, *, at: tuple[float, float], size: tuple[float, float]) -> np.ndarray:
    """A soft blob of height 1."""
    return np.exp(-(((x - at[0]) / size[0]) ** 2) - ((y - at[1]) / size[1]) ** 2)


def lookup(field: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The field's value at each point [n, 2], the nearest inside one for points outside."""
    column = np.clip(points[:, 0], 0, WIDTH - 1).astype(int)
    row = np.clip(points[:, 1], 0, HEIGHT - 1).astype(int)
    return field[row, column]


def mix(a: Color, b: Color, amount: np.ndarray) -> np.ndarray:
    """Colors [n, 3] between a (amount 0) and b (amount 1)."""
    amount = np.clip(amount, 0, 1)[..., None]
    return np.asarray(a) * (1 - amount) + np.asarray(b) * amount


@dataclass
class Strokes:
    """Tapered, bent strokes, drawn in the order given."""

    roots: np.ndarray  # [n, 2]
    directions: np.ndarray  # [n, 2], of length 1
    lengths: np.ndarray  # [n]
    widths: np.ndarray  # [n], at the root
    bends: np.ndarray  # [n], sideways at the tip, in lengths
    colors: np.ndarray  # [n, 3], 0 to 255

    def draw(self, image: Image.Image) -> None:
        pen = ImageDraw.Draw(image)
        side = np.stack([-self.directions[:, 1], self.directions[:, 0]], axis=1)
        along = self.directions * self.lengths[:, None]
        bent = side * (self.bends * self.lengths)[:, None]
        half = side * (self.widths / 2)[:, None]
        middle = self.roots + 0.55 * along + 0.3 * bent
        outline = np.stack(
            [self.roots + half, middle + 0.7 * half, self.roots + along + bent, middle - 0.7 * half, self.roots - half],
            axis=1,
        )
        points = np.rint(outline * SCALE).astype(int).reshape(len(outline), -1).tolist()
        colors = np.clip(np.rint(self.colors), 0, 255).astype(int).tolist()
        for polygon, color in zip(points, colors, strict=True):
            pen.polygon(polygon, fill=tuple(color))


def polygon(image: Image.Image, points: np.ndarray, color: tuple[int, int, int]) -> None:
    """A filled polygon through points [n, 2]."""
    ImageDraw.Draw(image).polygon(np.rint(np.asarray(points) * SCALE).astype(int).ravel().tolist(), fill=color)


def ellipse(
    image: Image.Image, at: tuple[float, float], size: tuple[float, float], color, *, blur: float = 0, alpha: float = 1
) -> None:
    """A filled ellipse, optionally soft and translucent."""
    mask = Image.new("L", image.size)
    box = [(at[0] - size[0]) * SCALE, (at[1] - size[1]) * SCALE, (at[0] + size[0]) * SCALE, (at[1] + size[1]) * SCALE]
    ImageDraw.Draw(mask).ellipse([round(value) for value in box], fill=round(255 * alpha))
    if blur:
        mask = mask.filter(ImageFilter.GaussianBlur(blur * SCALE))
    image.paste(color, mask=mask)


def curve(points: list[tuple[float, float]], *, steps: int = 24) -> np.ndarray:
    """A smooth line through points (Catmull-Rom), [n, 2]."""
    p = np.asarray([points[0], *points, points[-1]], dtype=np.float64)
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate([*pieces, p[-1:]])
