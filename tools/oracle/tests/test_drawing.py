import json

import draw_samoyed
import numpy as np
import PIL
import pytest
from PIL import Image


def test_the_drawn_image_is_reproduced_from_its_seed(golden, tmp_path):
    recorded = json.loads((golden / "cases" / "samoyed-drawn" / "case.json").read_text())
    pillow = next(r for r in recorded["references"] if r["kind"] == "recorded")["environment"]["pillow"]
    if pillow != PIL.__version__:
        pytest.skip(f"drawn with Pillow {pillow}, this is {PIL.__version__}")
    draw_samoyed.save(tmp_path / "again.jpg")
    assert (tmp_path / "again.jpg").read_bytes() == draw_samoyed.OUT.read_bytes()


def test_the_drawn_image_is_a_camera_like_jpeg(golden):
    with Image.open(draw_samoyed.OUT) as image:
        assert image.format == "JPEG"
        assert image.mode == "RGB"
        assert [layer[1:3] for layer in image.layer] == [(2, 2), (1, 1), (1, 1)]  # 4:2:0
        pixels = np.asarray(image, dtype=np.float64)
    assert draw_samoyed.OUT.stat().st_size < 300_000
    luma = pixels.mean(axis=2)
    fur = luma[400:520, 260:460]
    assert fur.mean() > 190
    # Texture that a wrong resizing filter cannot keep: neighboring pixels differ.
    assert np.abs(np.diff(fur, axis=1)).mean() > 4


def test_another_seed_is_another_picture():
    a, b = (np.asarray(draw_samoyed.draw(seed).reduce(8)) for seed in (1, 2))
    assert (a != b).mean() > 0.5
