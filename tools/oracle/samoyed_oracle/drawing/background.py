"""Sky with clouds, a blurred line of trees, a meadow."""

import numpy as np
from PIL import Image, ImageFilter

from .canvas import HEIGHT, SCALE, WIDTH, Strokes, grid, lookup, mix, soft_noise

HORIZON = 300


def sky(random: np.random.Generator) -> np.ndarray:
    """Colors [HEIGHT, WIDTH, 3]."""
    _, y = grid()
    colors = mix((92, 152, 214), (205, 228, 243), y / HORIZON)
    # Sampled from twice as far down, so that clouds are flat.
    noise = soft_noise(random, 190, octaves=6)[np.minimum(2 * np.arange(len(y)), len(y) - 1)]
    clouds = np.clip((noise + 0.8 * (y / HORIZON - 0.5)) * 0.42, 0, 1) ** 1.2
    return colors * (1 - clouds[..., None]) + np.array((250, 251, 253)) * clouds[..., None]


def trees(random: np.random.Generator, colors: np.ndarray) -> np.ndarray:
    """Puts two blurred rows of foliage before the sky."""
    x, y = grid()
    for top, dark, light in ((232, (104, 141, 131), (139, 171, 143)), (262, (66, 104, 66), (112, 146, 80))):
        crown = top + 16 * np.sin(x / 61 + top) + 9 * np.sin(x / 23 + 2 * top) + 7 * soft_noise(random, 20)
        cover = np.clip((y - crown) / 5, 0, 1)[..., None]
        leaves = mix(dark, light, 0.5 + 0.3 * soft_noise(random, 22) - (y - top) / 260)
        colors = colors * (1 - cover) + leaves * cover
    return colors


def meadow(random: np.random.Generator, image: Image.Image, *, top: float, bottom: float, count: int) -> None:
    """Blades of grass from far to near, growing larger on the way."""
    y = np.sort(top + (bottom - top) * random.random(count) ** 0.7)
    roots = np.stack([random.uniform(-20, WIDTH + 20, count), y], axis=1)
    near = (y - HORIZON) / (HEIGHT - HORIZON)
    lean = random.normal(0, 0.35, count) + 0.25 * lookup(soft_noise(random, 90), roots)
    patch = lookup(soft_noise(random, 60), roots)
    green = mix((58, 98, 34), (164, 190, 78), 0.42 + 0.2 * patch + random.normal(0, 0.2, count) + 0.12 * (1 - near))
    straw = random.random(count) < 0.05
    green[straw] = mix((150, 140, 70), (214, 204, 130), random.random(int(straw.sum())))
    Strokes(
        roots,
        np.stack([np.sin(lean), -np.cos(lean)], axis=1),
        (5 + 34 * near) * random.uniform(0.6, 1.3, count),
        0.7 + 2.6 * near,
        random.normal(0, 0.25, count),
        green,
    ).draw(image)


def flowers(random: np.random.Generator, image: Image.Image, count: int) -> None:
    """Small daisies: short white strokes around a yellow one."""
    for y in np.sort(random.uniform(HORIZON + 40, HEIGHT, count)):
        center = np.array([random.uniform(0, WIDTH), y])
        size = 1.5 + 4.5 * (y - HORIZON) / (HEIGHT - HORIZON)
        angles = np.arange(9) * (2 * np.pi / 9) + random.random()
        directions = np.stack([np.cos(angles), 0.6 * np.sin(angles)], axis=1)
        ones = np.ones(9)
        petals = np.array((236, 238, 240)) + random.normal(0, 9, (9, 1)) * np.ones((1, 3))
        Strokes(center + 0 * directions, directions, size * ones, 0.8 * size * ones, 0 * ones, petals).draw(image)
        dot = np.array([[-1.0, 0.0]])
        Strokes(
            center + [[size / 3, 0]],
            dot,
            ones[:1] * size * 0.7,
            ones[:1] * size * 0.6,
            0 * ones[:1],
            np.array([(232, 186, 48)]),
        ).draw(image)


def paint(random: np.random.Generator) -> Image.Image:
    """The background at canvas size: far things blurred, as behind a portrait."""
    _, y = grid()
    colors = trees(random, sky(random))
    ground = np.clip((y - HORIZON) / 4, 0, 1)[..., None]
    soil = mix((96, 130, 56), (62, 96, 36), (y - HORIZON) / 200)
    colors = colors * (1 - ground) + soil * ground
    small = Image.fromarray(np.clip(np.rint(colors), 0, 255).astype(np.uint8))
    image = small.resize((WIDTH * SCALE, HEIGHT * SCALE), Image.Resampling.BICUBIC)
    meadow(random, image, top=HORIZON - 4, bottom=400, count=9000)
    image = image.filter(ImageFilter.GaussianBlur(2.2 * SCALE))
    meadow(random, image, top=350, bottom=470, count=5000)
    flowers(random, image, 16)
    image = image.filter(ImageFilter.GaussianBlur(0.9 * SCALE))
    meadow(random, image, top=440, bottom=HEIGHT + 30, count=3500)
    flowers(random, image, 16)
    return image
