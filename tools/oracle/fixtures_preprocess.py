"""Writes packages/preprocess/fixtures: images, and the results of Pillow, torchvision and timm for them.

    tools/oracle/.venv/bin/python tools/oracle/fixtures_preprocess.py
    tools/oracle/.venv/bin/python tools/oracle/fixtures_preprocess.py --seed 2 --into FOLDER

The second form makes other images and configurations, in another folder: the package's tests do that if the oracle is
installed. Recording needs `cjpeg` (libjpeg-turbo; Debian: libjpeg-turbo-progs) for the samplings and scan scripts that
Pillow does not write; with another seed, these are omitted if it is missing. Files: `jpeg.bin`, `png.bin` hold the encoded images one after the other; the `.json` next to
them has each one's name, length and the SHA-256 of its RGB bytes, or null if Pillow refuses it.
`resize.json` and `transforms.json` name their input by the generator in `raw_pixels`, which the tests also have.

Long, because it is a list of the cases that one package is checked against, with the encoders that Pillow lacks.
"""

import argparse
import hashlib
import io
import json
import multiprocessing
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings
import zlib
from pathlib import Path

import samoyed_oracle.torchvision_shim  # noqa: F401

import numpy as np
import PIL
import timm
import torch
import torchvision
from PIL import Image, features
from timm.data import create_transform, resolve_data_config

RECORDED = Path(__file__).resolve().parents[2] / "packages" / "preprocess" / "fixtures"
SAMPLINGS = ["1x1", "2x1", "2x2", "1x2", "4x1", "1x4", "4x2", "2x4", "3x1", "1x3", "3x2", "3x3,1x1,1x1"]
SAMPLINGS += ["2x1,1x1,2x1", "2x2,1x2,2x1", "2x2,2x1,1x1", "4x1,2x1,1x1", "2x2,1x1,2x2", "1x4,1x2,1x1", "4x2,2x1,1x1"]
SCAN_SCRIPTS = [
    "0;\n1;\n2;\n",
    "0,1,2: 0-0, 0, 1;\n",
    "0,1,2: 0-0, 0, 0;\n0: 1-5, 0, 2;\n",
    "0,1,2: 0-0, 0, 1;\n0: 1-63, 0, 2;\n1: 1-63, 0, 1;\n0: 1-63, 2, 1;\n",
    "0: 0-0, 0, 2;\n1: 0-0, 0, 0;\n2: 0-0, 0, 0;\n0: 0-0, 2, 1;\n",
    "0,1,2: 0-0, 0, 0;\n1: 1-9, 0, 0;\n2: 1-63, 0, 1;\n",
]
FILTERS = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]


def sha256(data) -> str:
    return hashlib.sha256(np.ascontiguousarray(data).tobytes()).hexdigest()


def decoded(data: bytes):
    """Width, height and hash of a file's RGB pixels, or three nulls if Pillow refuses it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data)).convert("RGB")
    except Exception:  # Pillow raises OSError, SyntaxError, ValueError and struct.error alike.
        return None, None, None
    return image.width, image.height, sha256(np.asarray(image))


def raw_pixels(width: int, height: int, kind: str, seed: int) -> np.ndarray:
    """Pixels that the tests make again: murmur3's finalizer over a counter, or a ramp that wraps."""
    index = np.arange(width * height * 3, dtype=np.uint64)
    if kind == "ramp":
        pixel, channel = index // 3, index % 3
        values = 7 * (pixel % width) + 13 * (pixel // width) + 40 * channel + seed
        return (values & 255).astype(np.uint8).reshape(height, width, 3)
    mask = np.uint64(0xFFFFFFFF)
    h = (np.uint64(seed) + index * np.uint64(0x9E3779B9)) & mask
    h = ((h ^ (h >> np.uint64(16))) * np.uint64(0x85EBCA6B)) & mask
    h = ((h ^ (h >> np.uint64(13))) * np.uint64(0xC2B2AE35)) & mask
    h ^= h >> np.uint64(16)
    values = h >> np.uint64(24) if kind == "noise" else (h >> np.uint64(31)) * np.uint64(255)
    return values.astype(np.uint8).reshape(height, width, 3)


def drawn(random_source: random.Random, width: int, height: int, channels: int) -> np.ndarray:
    """A picture with something for every coefficient: noise, waves, ramps with noise, or two colors."""
    rng = np.random.RandomState(random_source.randrange(1 << 30))
    y, x = np.mgrid[0:height, 0:width]
    kind = random_source.randrange(5)
    if kind == 0:
        pixels = rng.randint(0, 256, (height, width, channels))
    elif kind in (1, 2):
        waves = [127 + 127 * np.sin(x * rng.rand() * 0.5 + y * rng.rand() * 0.5 + c) for c in range(channels)]
        pixels = np.stack(waves, -1)
    elif kind == 3:
        ramps = [x * 255 / max(1, width - 1), y * 255 / max(1, height - 1), (x + y) % 256, (x * 3) % 256]
        pixels = np.stack(ramps[:channels], -1) + rng.randint(-20, 20, (height, width, channels))
    else:
        colors = rng.randint(0, 256, (2, 1, 1, channels))
        pixels = np.where(rng.rand(height, width, 1) > 0.5, colors[0], colors[1])
    return np.clip(pixels, 0, 255).astype(np.uint8)


def side(random_source: random.Random, largest: int) -> int:
    edge = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33]
    return random_source.choice(edge) if random_source.random() < 0.3 else random_source.randrange(1, largest)


def cjpeg(picture: Image.Image, arguments: list[str], script: str | None) -> bytes | None:
    """The file that cjpeg writes, or None if it refuses the combination."""
    source = io.BytesIO()
    picture.save(source, "ppm")
    with tempfile.TemporaryDirectory() as folder:
        if script is not None:
            Path(folder, "scans").write_text(script)
            arguments = [*arguments, "-scans", str(Path(folder, "scans"))]
        result = subprocess.run(["cjpeg", *arguments], input=source.getvalue(), capture_output=True)
    return result.stdout if result.returncode == 0 else None


def jpeg_file(rnd: random.Random) -> tuple[str, bytes] | None:
    """A random JPEG file and its description."""
    mode = rnd.choice(["RGB"] * 6 + ["L", "CMYK"])
    width, height = side(rnd, 72), side(rnd, 72)
    pixels = drawn(rnd, width, height, len(Image.new(mode, (1, 1)).getbands()))
    picture = Image.frombytes(mode, (width, height), pixels.tobytes())
    quality = rnd.choice([1, 5, 20, 50, 75, 90, 95, 100])
    progressive, optimize, interval = rnd.random() < 0.35, rnd.random() < 0.5, rnd.randrange(1, 20)
    restart = rnd.random() < 0.3
    if mode != "CMYK" and rnd.random() < 0.7 and shutil.which("cjpeg") is not None:
        arguments = ["-quality", str(quality), "-sample", rnd.choice(SAMPLINGS if mode == "RGB" else ["1x1", "2x2", "1x3"])]
        arguments += ["-progressive"] if progressive else []
        arguments += ["-optimize"] if optimize else []
        arguments += ["-restart", f"{interval}B"] if restart else []
        arguments += ["-rgb"] if mode == "RGB" and rnd.random() < 0.1 else []
        script = rnd.choice(SCAN_SCRIPTS) if mode == "RGB" and not progressive and rnd.random() < 0.4 else None
        data = cjpeg(picture, arguments, script)
        name = " ".join([mode, "cjpeg", *arguments]) + ("" if script is None else " " + " ".join(script.split()))
        return None if data is None else (name, data)
    options = {"quality": quality, "progressive": progressive, "optimize": optimize}
    if restart:
        options["restart_marker_blocks"] = interval
    if mode == "RGB":
        options |= {"subsampling": rnd.randrange(3), "keep_rgb": rnd.random() < 0.15}
    target = io.BytesIO()
    try:
        picture.save(target, "jpeg", **options)
    except OSError:
        return None
    data, name = target.getvalue(), f"{mode} pillow {options}"
    adobe = data.find(b"Adobe")
    if mode == "CMYK" and rnd.random() < 0.5:
        # The transform byte says YCCK: the same coefficients, another meaning.
        return f"{name} YCCK", data[: adobe + 11] + b"\x02" + data[adobe + 12 :]
    return name, data


def without_huffman_tables(data: bytes) -> bytes:
    """A file as in Motion JPEG: the decoder must know the usual tables."""
    result, at = data[:2], 2
    while True:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] != 0xC4:
            result += data[at:end]
        if data[at + 1] == 0xDA:
            return result + data[end:]
        at = end


def damaged(rnd: random.Random, data: bytes) -> bytes:
    """A file with bytes changed, cut off, removed or inserted; for JPEG, mostly after the header."""
    start = max(data.find(b"\xff\xda"), 0)
    kind = rnd.randrange(6)
    at = rnd.randrange(start, len(data))
    if kind == 0:
        changed = bytearray(data)
        for _ in range(rnd.randrange(1, 4)):
            changed[rnd.randrange(len(data))] = rnd.randrange(256)
        return bytes(changed)
    if kind == 1:
        changed = bytearray(data)
        changed[at] ^= 1 << rnd.randrange(8)
        return bytes(changed)
    if kind == 2:
        return data[: rnd.randrange(len(data))]
    if kind == 3:
        return data[:at] + b"\xff\xd9"
    if kind == 4:
        return data[:at] + data[at + rnd.randrange(1, 40) :]
    return data[:at] + rnd.randbytes(rnd.randrange(1, 8)) + data[at:]


def with_wrong_restart(rnd: random.Random, data: bytes) -> bytes:
    """A file in which one restart marker has a wrong number, is missing, or is duplicated."""
    start = data.find(b"\xff\xda")
    markers = [at for at in range(start, len(data) - 1) if data[at] == 0xFF and 0xD0 <= data[at + 1] <= 0xD7]
    at = rnd.choice(markers)
    renumbered = bytes([0xFF, 0xD0 | (data[at + 1] + rnd.randrange(1, 8)) & 7])
    replacement = rnd.choice([renumbered] * 6 + [b"", data[at : at + 2] * 2])
    return data[:at] + replacement + data[at + 2 :]


def cut_short(rnd: random.Random, data: bytes) -> bytes:
    """A file whose last scan breaks off, but with an end marker."""
    last = data.rfind(b"\xff\xda")
    start = last + 2 + int.from_bytes(data[last + 2 : last + 4], "big")
    return data[: rnd.randrange(start, len(data) - 1)] + b"\xff\xd9"


def with_one_component_id(data: bytes) -> bytes:
    """A file in which all components have the id 1, as some cameras write."""
    changed = bytearray(data)
    frame = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    scan = data.find(b"\xff\xda")
    for component in range(3):
        changed[frame + 10 + 3 * component] = 1
        changed[scan + 5 + 2 * component] = 1
    return bytes(changed)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
PNG_KINDS = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (4, 16), (6, 8), (6, 16)]
PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def filtered_row(kind: int, row: bytes, above: bytes, step: int) -> bytes:
    """A row after one of PNG's filters."""
    result = bytearray([kind])
    for i, value in enumerate(row):
        left = row[i - step] if i >= step else 0
        up = above[i]
        corner = above[i - step] if i >= step else 0
        guess = left + up - corner
        distances = (abs(guess - left), abs(guess - up), abs(guess - corner))
        paeth = (left, up, corner)[distances.index(min(distances))]
        result.append((value - (0, left, up, (left + up) // 2, paeth)[kind]) & 255)
    return bytes(result)


def png_file(rnd: random.Random, color: int, depth: int) -> tuple[str, bytes]:
    """A PNG of a given color type and depth, assembled by hand, since Pillow writes neither all of them nor Adam7."""
    width, height = side(rnd, 44), side(rnd, 44)
    interlaced = rnd.random() < 0.5
    channels = PNG_CHANNELS[color]
    pixels = drawn(rnd, width, height, channels).astype(np.uint32)
    palette_size = rnd.randrange(1, (1 << depth) + 1) if color == 3 else 0
    samples = pixels * ((1 << depth) - 1) // 255
    if depth == 16:
        # 16-bit gray is clipped at 255: make some values small.
        samples = np.where(pixels % 3 == 0, pixels, pixels * 257) & 0xFFFF
    stream = b""
    for x, y, step_x, step_y in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        part = samples[y::step_y, x::step_x]
        if part.size == 0:
            continue
        bits = np.unpackbits(part.astype(">u2").view(np.uint8).reshape(*part.shape, 2), axis=-1)[..., 16 - depth :]
        rows = np.packbits(bits.reshape(part.shape[0], -1), axis=-1)
        above = bytes(rows.shape[1])
        for row in rows:
            data = row.tobytes()
            stream += filtered_row(rnd.randrange(5), data, above, max(1, channels * depth // 8))
            above = data
    extra = b""
    if color == 3:
        extra += chunk(b"PLTE", rnd.randbytes(3 * palette_size))
    if rnd.random() < 0.4 and color in (0, 2, 3):
        extra += chunk(b"tRNS", rnd.randbytes({0: 2, 2: 6, 3: palette_size}[color]))
    if rnd.random() < 0.2:
        extra += chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"tEXt", b"Comment\0none")
    compressor = zlib.compressobj(rnd.choice([0, 1, 6, 9]), zlib.DEFLATED, rnd.choice([9, 15]), 9, rnd.choice([0, 2, 3, 4]))
    compressed = compressor.compress(stream) + compressor.flush()
    cut = rnd.randrange(1, len(compressed))
    pieces = [compressed[:cut], b"", compressed[cut:]] if rnd.random() < 0.3 else [compressed]
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced)))
    data = b"\x89PNG\r\n\x1a\n" + header + extra + b"".join(chunk(b"IDAT", piece) for piece in pieces) + chunk(b"IEND", b"")
    return f"type {color}, {depth} bits{', interlaced' if interlaced else ''}", data


def animated_png() -> bytes:
    frame = Image.fromarray(raw_pixels(9, 7, "noise", 1))
    target = io.BytesIO()
    frame.save(target, "png", save_all=True, append_images=[Image.fromarray(raw_pixels(9, 7, "noise", 2))])
    return target.getvalue()


def decoded_without_vectors(files: list[bytes]) -> list:
    """As `decoded`, in a process whose libjpeg-turbo uses no vector instructions."""
    os.environ["JSIMD_FORCENONE"] = "1"
    try:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.map(decoded, files)
    finally:
        del os.environ["JSIMD_FORCENONE"]


def write_images(folder: Path, name: str, files: list[tuple[str, bytes]]) -> None:
    plain = decoded_without_vectors([data for _, data in files])
    results = [decoded(data) for _, data in files]
    same = [number for number in range(len(files)) if results[number] == plain[number]]
    if not name.endswith("damaged") and len(same) != len(files):
        raise AssertionError(f"{name}: libjpeg-turbo's vector code differs on an intact file")
    entries = [[files[number][0], len(files[number][1]), *results[number]] for number in same]
    (folder / f"{name}.bin").write_bytes(b"".join(files[number][1] for number in same))
    write_json(folder, name, entries)


def write_json(folder: Path, name: str, entries: list) -> None:
    environment = {
        "pillow": PIL.__version__,
        "libjpeg-turbo": features.version("libjpeg_turbo"),
        "timm": timm.__version__,
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
    }
    lines = ",\n".join("  " + json.dumps(entry, separators=(", ", ": ")) for entry in entries)
    text = f'{{ "environment": {json.dumps(environment)},\n"cases": [\n{lines}\n] }}\n'
    (folder / f"{name}.json").write_text(text)
    print(f"{name}: {len(entries)} cases")


def jpeg_fixtures(folder: Path, seed: int) -> None:
    rnd = random.Random(f"samoyed jpeg {seed}")
    files: list[tuple[str, bytes]] = []
    while len(files) < 420:
        file = jpeg_file(rnd)
        if file is not None and len(file[1]) < 4000:
            files.append(file)
    usual = [(f"{name}, no Huffman tables", without_huffman_tables(data)) for name, data in files if "'optimize': False" in name and "'progressive': False" in name]
    files += usual[:6]
    interleaved = [(name, data) for name, data in files if name.startswith("RGB pillow") and "'progressive': False" in name]
    files += [(f"{name}, one id", with_one_component_id(data)) for name, data in interleaved[:4]]
    exif = Image.Exif()
    exif[0x0112] = 6
    target = io.BytesIO()
    Image.fromarray(raw_pixels(20, 12, "ramp", 3)).save(target, "jpeg", exif=exif)
    write_images(folder, "jpeg", [*files, ("EXIF orientation 6", target.getvalue())])
    sources = [data for _, data in files if len(data) < 1200]
    broken = [("damaged", damaged(rnd, rnd.choice(sources))) for _ in range(300)]
    restarts = [data for name, data in files if "restart" in name and len(data) < 1500 and b"\xff\xd1" in data]
    broken += [("wrong restart", with_wrong_restart(rnd, rnd.choice(restarts))) for _ in range(60)]
    progressive = [data for name, data in files if "0-0" in name and len(data) < 1500]
    # Without cjpeg there are none.
    broken += [("cut short", cut_short(rnd, rnd.choice(progressive))) for _ in range(40 if progressive else 0)]
    write_images(folder, "jpeg-damaged", broken)


def png_fixtures(folder: Path, seed: int) -> None:
    rnd = random.Random(f"samoyed png {seed}")
    files = [png_file(rnd, color, depth) for _ in range(12) for color, depth in PNG_KINDS]
    write_images(folder, "png", [*files, ("animated", animated_png())])
    sources = [data for _, data in files if len(data) < 1200]
    write_images(folder, "png-damaged", [("damaged", damaged(rnd, rnd.choice(sources))) for _ in range(200)])


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
    for fixtures in (jpeg_fixtures, png_fixtures, resize_fixtures, transform_fixtures, data_config_fixtures):
        fixtures(options.into, options.seed)


if __name__ == "__main__":
    main()
