"""White fur: how bright it is, how it covers a surface."""

import numpy as np

from .canvas import WIDTH, Strokes, lookup, mix, soft_noise

CENTER = WIDTH / 2
SHADE, LIGHT = (122, 134, 172), (255, 254, 249)
# From the upper left, toward the viewer.
SUN = np.array([-0.45, -0.6, 0.66])


def lit(height: np.ndarray, *, depth: float) -> np.ndarray:
    """How bright a white surface of this height is, about 0 to 1."""
    down, right = np.gradient(height * depth)
    length = np.sqrt(1 + down**2 + right**2)
    facing = (-right * SUN[0] - down * SUN[1] + SUN[2]) / length
    return 0.40 + 0.60 * np.clip(facing, -0.4, 1)


def coat(random, image, roots, flow, lengths, widths, light, *, order, spread=0.2, tint=(0, 0, 0)) -> None:
    """Covers roots with hairs along a flow, the highest `order` last."""
    order = np.argsort(order, kind="stable")
    roots, flow, lengths, widths, light = roots[order], flow[order], lengths[order], widths[order], light[order]
    count = len(roots)
    tuft = soft_noise(random, 26, octaves=2)
    angle = np.arctan2(flow[:, 1], flow[:, 0]) + 0.22 * lookup(tuft, roots) + random.normal(0, spread, count)
    bright = light + 0.07 * lookup(soft_noise(random, 9, octaves=2), roots) + random.normal(0, 0.1, count)
    Strokes(
        roots,
        np.stack([np.cos(angle), np.sin(angle)], axis=1),
        lengths * random.uniform(0.65, 1.25, count),
        widths * random.uniform(0.7, 1.3, count),
        random.normal(0, 0.16, count),
        mix(SHADE, LIGHT, bright) + np.asarray(tint),
    ).draw(image)


def inside(random, count, box, shape) -> np.ndarray:
    """Points [n, 2] of a box for which shape(x, y) is true."""
    points = random.uniform((box[0], box[1]), (box[2], box[3]), (count, 2))
    return points[shape(points[:, 0], points[:, 1])]


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.hypot(vectors[:, 0], vectors[:, 1]), 1e-9)[:, None]
