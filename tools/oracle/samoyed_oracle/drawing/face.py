"""The dog's head, with eyes, mouth, nose and whiskers."""

import numpy as np
from PIL import Image

from .canvas import Strokes, bump, curve, ellipse, glow, grid, lookup, polygon
from .fur import CENTER, coat, inside, lit, unit


def head_height(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The relief of the head: skull, cheeks, brow, muzzle."""
    height = bump(x, y, at=(CENTER, 225), size=(140, 135)) * 1.1
    height += 0.42 * glow(x, y, at=(CENTER, 262), size=(40, 34))
    height += 0.10 * glow(x, y, at=(CENTER - 24, 278), size=(20, 16)) + 0.10 * glow(
        x, y, at=(CENTER + 24, 278), size=(20, 16)
    )
    for side in (-1, 1):
        height += 0.11 * glow(x, y, at=(CENTER + side * 40, 186), size=(24, 14))
        height += 0.10 * glow(x, y, at=(CENTER + side * 84, 262), size=(34, 40))
        height -= 0.10 * glow(x, y, at=(CENTER + side * 42, 214), size=(18, 12))
    height -= 0.07 * glow(x, y, at=(CENTER, 168), size=(9, 44))
    return height


def head(random: np.random.Generator, image: Image.Image) -> None:
    """The fur of the head: it starts at the nose and runs outward, long in the ruff, short on the muzzle."""
    x, y = grid()
    light = lit(head_height(x, y), depth=80) + 0.05
    for side in (-1, 1):
        light -= 0.13 * glow(x, y, at=(CENTER + side * 66, 268), size=(15, 26))
        light -= 0.10 * glow(x, y, at=(CENTER + side * 26, 222), size=(9, 18))
        light -= 0.16 * glow(x, y, at=(CENTER + side * 84, 322), size=(46, 14))
    nose = np.array([CENTER, 250.0])

    def outline(px, py):
        dx, dy = (px - CENTER), py - 232
        half = np.where(dy < 0, 118, 118 + 22 * np.sin(np.clip(dy / 75, 0, 1) * np.pi))
        tall = np.where(dy < 0, 106, 96)
        return (np.abs(dx) / half) ** 2.1 + (np.abs(dy) / tall) ** 2.0 < 1

    roots = inside(random, 64000, (CENTER - 145, 118, CENTER + 145, 332), outline)
    away = roots - nose
    distance = np.hypot(away[:, 0] * 0.9, away[:, 1])
    flow = unit(unit(away) + np.stack([np.sign(away[:, 0]) * 0.25, 0.35 * np.clip(away[:, 1] / 60, 0, 1)], axis=1))
    far = np.clip((distance - 30) / 95, 0, 1)
    ruff = far * np.clip((np.abs(away[:, 0]) - 40) / 60 + np.clip(away[:, 1] / 60, 0, 1), 0, 1)
    coat(
        random,
        image,
        roots,
        flow,
        5 + 7 * far + 17 * ruff**1.5,
        1.1 + 0.8 * far,
        lookup(light, roots),
        order=-distance,
        spread=0.16,
    )


def eye(image: Image.Image, side: int) -> None:
    """Dark, almond-shaped, set obliquely, with a black rim."""

    def place(points):
        return np.array([(CENTER + side * px, py) for px, py in points], dtype=np.float64)

    ellipse(image, (CENTER + side * 42, 212), (19, 13), (120, 112, 116), blur=4, alpha=0.5)
    rim = curve([(25, 220), (31, 209), (41, 201.5), (52, 202), (61, 208), (55, 217), (45, 223), (33, 223.5), (25, 220)])
    polygon(image, place(rim), (24, 20, 22))
    ball = curve(
        [(31, 217.5), (35, 210), (43, 204.5), (51.5, 205), (56.5, 209.5), (51, 216.5), (42, 220.5), (31, 217.5)]
    )
    polygon(image, place(ball), (54, 35, 26))
    ellipse(image, (CENTER + side * 43.5, 212.3), (7.6, 7.4), (20, 14, 13))
    ellipse(image, (CENTER + side * 43.5, 216.5), (5.2, 2.2), (110, 76, 52), blur=0.8, alpha=0.7)
    ellipse(image, (CENTER + side * 43.5 - 2.8, 209.4), (2.3, 2.0), (255, 255, 255))
    ellipse(image, (CENTER + side * 43.5 + 3.2, 214.2), (1.0, 0.9), (206, 214, 226))


def mouth(image: Image.Image) -> None:
    """The open smile with its upturned corners, and the tongue."""
    ellipse(image, (CENTER, 300), (50, 20), (128, 128, 146), blur=9, alpha=0.45)
    lips = [
        (-66, 268),
        (-60, 279),
        (-47, 288),
        (-30, 291),
        (-12, 287),
        (0, 281),
        (12, 287),
        (30, 291),
        (47, 288),
        (60, 279),
        (66, 268),
        (61, 286),
        (48, 304),
        (27, 319),
        (0, 325),
        (-27, 319),
        (-48, 304),
        (-61, 286),
        (-66, 268),
    ]
    polygon(image, curve([(CENTER + px, py) for px, py in lips]), (30, 22, 26))
    inside_mouth = [(-47, 294), (-30, 296), (0, 289), (30, 296), (47, 294), (28, 312), (0, 319), (-28, 312), (-47, 294)]
    polygon(image, curve([(CENTER + px, py) for px, py in inside_mouth]), (92, 34, 42))
    tongue = [
        (-23, 303),
        (-13, 297),
        (0, 299),
        (13, 297),
        (23, 303),
        (25, 322),
        (20, 342),
        (2, 351),
        (-17, 343),
        (-24, 322),
        (-23, 303),
    ]
    polygon(image, curve([(CENTER + px, py) for px, py in tongue]), (196, 92, 108))
    ellipse(image, (CENTER - 5, 322), (14, 22), (232, 138, 148), blur=4, alpha=0.85)
    polygon(
        image,
        curve([(CENTER - 1, 300), (CENTER + 1.2, 318), (CENTER + 0.6, 338), (CENTER - 0.8, 318), (CENTER - 1, 300)]),
        (158, 62, 82),
    )
    ellipse(image, (CENTER - 9, 334), (3.5, 6), (250, 196, 202), blur=1.5, alpha=0.8)


def nose(image: Image.Image) -> None:
    """Black and moist, with the line down to the lips."""
    polygon(
        image,
        np.array([(CENTER - 1.6, 262), (CENTER + 1.6, 262), (CENTER + 1.4, 284), (CENTER - 1.4, 284)]),
        (34, 28, 32),
    )
    ellipse(image, (CENTER, 268), (27, 10), (112, 112, 128), blur=4, alpha=0.55)
    shape = [
        (-24, 243),
        (-16, 236.5),
        (0, 234.5),
        (16, 236.5),
        (24, 243),
        (22, 254),
        (12, 262),
        (0, 267),
        (-12, 262),
        (-22, 254),
        (-24, 243),
    ]
    polygon(image, curve([(CENTER + px, py) for px, py in shape]), (26, 23, 27))
    ellipse(image, (CENTER - 3, 241), (15, 4.2), (122, 124, 138), blur=2, alpha=0.75)
    ellipse(image, (CENTER - 8, 240), (4.5, 1.7), (226, 230, 240), blur=0.8, alpha=0.8)
    for side in (-1, 1):
        nostril = [(5, 253), (10, 249), (17, 250), (19, 254), (13, 257), (5, 253)]
        polygon(image, curve([(CENTER + side * px, py) for px, py in nostril]), (6, 5, 7))


def upper_lip(across: np.ndarray) -> np.ndarray:
    """The height of the upper lip's edge, by the distance from the middle."""
    return np.interp(across, [0, 12, 30, 47, 60, 66], [283, 288, 292, 288, 279, 269])


def lower_lip(across: np.ndarray) -> np.ndarray:
    """The height of the lower lip's edge, by the distance from the middle."""
    return np.interp(across, [0, 27, 48, 61, 66], [324, 318, 304, 287, 271])


def muzzle_fur(random: np.random.Generator, image: Image.Image) -> None:
    """Short hair over the edges of nose and lips, and whiskers."""
    count = 1700
    side = np.where(random.random(count) < 0.5, -1.0, 1.0)
    across = random.uniform(4, 62, count)
    roots = np.stack([CENTER + side * across, upper_lip(across) - random.uniform(5, 20, count)], axis=1)
    flow = unit(np.stack([side * 0.6, np.full(count, 1.0)], axis=1))
    light = 0.93 - 0.1 * (side > 0) - 0.12 * (across / 60)
    coat(random, image, roots, flow, np.full(count, 6.0), np.full(count, 1.2), light, order=roots[:, 1])

    count = 14
    side = np.where(np.arange(count) % 2 == 0, -1.0, 1.0)
    pores = np.stack([CENTER + side * random.uniform(24, 44, count), random.uniform(268, 280, count)], axis=1)
    flow = unit(np.stack([side, random.uniform(-0.25, 0.35, count)], axis=1))
    colors = np.full((count, 3), 236.0)
    Strokes(pores, flow, random.uniform(38, 58, count), np.full(count, 0.9), 0.18 * side, colors).draw(image)

    across = random.uniform(25, 66, 900) * np.where(random.random(900) < 0.5, -1.0, 1.0)
    chin = np.stack([CENTER + across, lower_lip(np.abs(across)) + random.uniform(-4, 5, 900)], axis=1)
    flow = unit(np.stack([across / 45, np.ones(900)], axis=1))
    coat(
        random, image, chin, flow, np.full(900, 12.0), np.full(900, 1.4), 0.72 - 0.12 * (across > 0), order=-chin[:, 1]
    )

    bridge = inside(random, 1600, (CENTER - 26, 214, CENTER + 26, 240), lambda px, py: np.abs(px - CENTER) < 24)
    flow = unit(np.stack([(bridge[:, 0] - CENTER) / 40, np.full(len(bridge), -1.0)], axis=1))
    light = 0.9 - 0.2 * (bridge[:, 0] - CENTER) / 26
    coat(
        random,
        image,
        bridge,
        flow,
        np.full(len(bridge), 5.5),
        np.full(len(bridge), 1.1),
        light,
        order=bridge[:, 1] * -1,
    )
