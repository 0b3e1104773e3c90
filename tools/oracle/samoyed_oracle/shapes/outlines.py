"""The outlines of the ten shapes, in a square from -1 to 1.

Each is a list of (points [n, 2], fill) painted in order: fill 1 adds to the shape, fill 0 cuts a hole into it.
"""

import math
from collections.abc import Callable

import numpy as np

Outline = list[tuple[np.ndarray, int]]


def circle(radius: float, *, at: tuple[float, float] = (0, 0), squash: float = 1) -> np.ndarray:
    angle = np.linspace(0, 2 * math.pi, 64, endpoint=False)
    return np.stack([at[0] + radius * np.cos(angle), at[1] + radius * squash * np.sin(angle)], axis=1)


def star(random: np.random.Generator) -> Outline:
    tips = int(random.integers(5, 8))
    radius = np.tile([0.95, random.uniform(0.36, 0.5)], tips)
    angle = np.arange(2 * tips) * math.pi / tips
    return [(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), 1)]


def ring(random: np.random.Generator) -> Outline:
    squash = random.uniform(0.75, 1)
    return [(circle(0.9, squash=squash), 1), (circle(random.uniform(0.45, 0.7), squash=squash), 0)]


def arrow(random: np.random.Generator) -> Outline:
    shaft, head, neck = random.uniform(0.12, 0.24), random.uniform(0.45, 0.65), random.uniform(0.0, 0.25)
    points = [(-0.9, -shaft), (neck, -shaft), (neck, -head), (0.95, 0), (neck, head), (neck, shaft), (-0.9, shaft)]
    return [(np.array(points), 1)]


def crescent(random: np.random.Generator) -> Outline:
    return [(circle(0.9), 1), (circle(random.uniform(0.7, 0.8), at=(random.uniform(0.38, 0.5), 0)), 0)]


def heart(random: np.random.Generator) -> Outline:
    t = np.linspace(0, 2 * math.pi, 72, endpoint=False)
    x = np.sin(t) ** 3
    y = (13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 16
    return [(0.92 * np.stack([x * random.uniform(0.9, 1.05), -y - 0.1], axis=1), 1)]


def cross(random: np.random.Generator) -> Outline:
    half = random.uniform(0.2, 0.34)
    bar = np.array([(-0.9, -half), (0.9, -half), (0.9, half), (-0.9, half)])
    return [(bar, 1), (bar[:, ::-1], 1)]


def hexagon(random: np.random.Generator) -> Outline:
    angle = np.arange(6) * math.pi / 3
    return [(np.stack([0.9 * np.cos(angle), 0.9 * random.uniform(0.88, 1) * np.sin(angle)], axis=1), 1)]


def spiral(random: np.random.Generator) -> Outline:
    turns = random.uniform(2.1, 2.8)
    t = np.linspace(0.08, 1, 110)
    angle = 2 * math.pi * turns * t
    thick = random.uniform(0.085, 0.12)
    line = [(radius * np.cos(angle), radius * np.sin(angle)) for radius in (0.85 * t - thick, 0.85 * t + thick)]
    inner, outer = (np.stack(pair, axis=1) for pair in line)
    return [(np.concatenate([inner, outer[::-1]]), 1)]


def bolt(random: np.random.Generator) -> Outline:
    points = [(0.15, -0.95), (-0.5, 0.12), (-0.06, 0.12), (-0.22, 0.95), (0.5, -0.24), (0.05, -0.24), (0.45, -0.95)]
    return [(np.array(points) * [random.uniform(0.9, 1.2), 1], 1)]


def drop(random: np.random.Generator) -> Outline:
    t = np.linspace(0, 2 * math.pi, 72, endpoint=False)
    width = random.uniform(0.6, 0.8)
    return [(0.92 * np.stack([width * np.sin(t) * np.sin(t / 2) ** random.uniform(1.2, 1.8), np.cos(t)], axis=1), 1)]


SHAPES: dict[str, Callable[[np.random.Generator], Outline]] = {
    function.__name__: function for function in (arrow, bolt, crescent, cross, drop, heart, hexagon, ring, spiral, star)
}
LABELS = list(SHAPES)
