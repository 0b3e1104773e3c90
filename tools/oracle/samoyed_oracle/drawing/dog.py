"""The dog, from back to front: tail, body, ears, and then its head."""

import numpy as np
from PIL import Image

from .canvas import bump, curve, ellipse, glow, grid, lookup, polygon
from .face import eye, head, mouth, muzzle_fur, nose
from .fur import CENTER, coat, inside, lit, unit


def tail(random: np.random.Generator, image: Image.Image) -> None:
    """The plume, curled up behind the back."""
    spine = curve([(505, 500), (560, 455), (585, 395), (563, 340), (520, 330)], steps=40)
    light = lit(glow(*grid(), at=(540, 380), size=(70, 80)), depth=60)
    where = random.integers(0, len(spine), 9000)
    ahead = spine[np.minimum(where + 4, len(spine) - 1)] - spine[np.maximum(where - 4, 0)]
    side = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    offset = np.clip(random.normal(0, 0.5, len(where)), -1, 1)
    across = unit(side) * offset[:, None]
    reach = 40 - 14 * (where / len(spine))
    roots = spine[where] + across * reach[:, None] * 0.75
    flow = unit(1.1 * across + 0.9 * unit(ahead))
    coat(
        random,
        image,
        roots,
        flow,
        15 + 17 * np.abs(offset),
        np.full(len(where), 1.7),
        lookup(light, roots) - 0.06 - 0.12 * (offset < -0.3),
        order=-np.abs(offset),
    )


def body(random: np.random.Generator, image: Image.Image) -> None:
    """Shoulders, the mane of the chest, two front legs."""
    x, y = grid()

    def outline(px, py):
        half = 96 + 74 * np.clip((py - 290) / 150, 0, 1) ** 0.8
        return np.abs(px - CENTER) < half * (1 + 0.03 * np.sin(py / 17 + px / 90))

    height = bump(x, y, at=(CENTER, 480), size=(185, 230)) + 0.35 * bump(x, y, at=(CENTER, 420), size=(105, 150))
    for leg in (-1, 1):
        height += 0.25 * bump(x, y, at=(CENTER + leg * 52, 590), size=(46, 120))
    light = lit(height, depth=95) - 0.30 * glow(x, y, at=(CENTER + 12, 352), size=(118, 46))
    light -= 0.16 * glow(x, y, at=(CENTER, 560), size=(20, 74))

    roots = inside(random, 60000, (CENTER - 190, 290, CENTER + 190, 570), outline)
    sideways = (roots[:, 0] - CENTER) / 150
    flow = unit(
        np.stack([1.15 * sideways + 0.35 * np.sin(roots[:, 1] / 31 + roots[:, 0] / 47), np.ones(len(roots))], axis=1)
    )
    coat(
        random,
        image,
        roots,
        flow,
        17 + 15 * np.abs(sideways),
        np.full(len(roots), 1.9),
        lookup(light, roots),
        order=-roots[:, 1] - 60 * np.abs(sideways),
    )


def ear(random: np.random.Generator, image: Image.Image, side: int) -> None:
    """A thick triangle with a rounded tip; side -1 is the picture's left."""

    def place(points):
        return np.array([(CENTER + side * px, py) for px, py in points], dtype=np.float64)

    outer = place(curve([(24, 150), (48, 112), (74, 74), (92, 60), (104, 76), (116, 120), (118, 168)]))
    polygon(image, outer, (214, 214, 222))
    along = random.integers(0, len(outer) - 1, 2600)
    inward = np.array([CENTER + side * 74, 160]) - outer[along]
    roots = outer[along] + inward * (random.random(2600) ** 1.5)[:, None] * 0.42
    flow = unit(-0.35 * inward + np.array([side * 14.0, -46.0]))
    shine = np.full(len(roots), 0.82 if side < 0 else 0.68) + random.normal(0, 0.05, len(roots))
    coat(random, image, roots, flow, np.full(2600, 11.0), np.full(2600, 1.6), shine, order=random.random(2600))

    inner = place(curve([(50, 150), (66, 110), (86, 82), (97, 98), (103, 150)]))
    polygon(image, inner, (208, 170, 163))
    lower = inside(
        random,
        5000,
        (CENTER - 130, 84, CENTER + 130, 172),
        lambda px, py: (np.abs((px - CENTER) * side - 78) < 2 + (py - 84) * 0.33) & ((px - CENTER) * side > 0),
    )
    depth = (lower[:, 1] - 84) / 80
    flow = unit(
        np.stack(
            [
                np.full(len(lower), side * 0.35) - 0.3 * np.sign(lower[:, 0] - CENTER - side * 78),
                np.full(len(lower), -1.0),
            ],
            axis=1,
        )
    )
    keep = random.random(len(lower)) < 0.25 + 0.6 * depth
    coat(
        random,
        image,
        lower[keep],
        flow[keep],
        np.full(int(keep.sum()), 17.0),
        np.full(int(keep.sum()), 1.3),
        0.5 + 0.3 * depth[keep],
        order=lower[keep][:, 1],
        tint=(6, -3, -6),
    )


def paint(random: np.random.Generator, image: Image.Image) -> None:
    """Draws the whole dog onto the background."""
    tail(random, image)
    ellipse(image, (CENTER, 540), (215, 40), (28, 44, 20), blur=16, alpha=0.55)
    body(random, image)
    for side in (-1, 1):
        ear(random, image, side)
    head(random, image)
    mouth(image)
    nose(image)
    muzzle_fur(random, image)
    for side in (-1, 1):
        eye(image, side)
