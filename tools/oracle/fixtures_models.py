"""Writes packages/models/fixtures/networks.json: outputs of real timm for small networks, one for each feature.

    .venv/bin/python fixtures_models.py

Weights and inputs come from the seeded generator and are not stored: packages/models/test/seeded.ts makes the same
bits. Recorded are float64 logits (whole) and feature maps (samples), and the difference of float32 from them.
"""

import json
import platform
from functools import partial
from pathlib import Path

import samoyed_oracle.torchvision_shim  # noqa: F401
import numpy as np
import timm
import torch
from samoyed_oracle.standin import random_chunks
from timm.layers import BlurPool2d
from timm.layers.squeeze_excite import SEModule
from timm.models.resnet import BasicBlock, Bottleneck, ResNet

TARGET = Path(__file__).resolve().parents[2] / "packages" / "models" / "fixtures" / "networks.json"
SEED = "models-1"
SAMPLES = 48
CLASSES = 10

BASIC = {"block": "basic", "layers": [1, 2, 1, 1], "channels": [8, 16, 24, 32]}
BOTTLENECK = {"block": "bottleneck", "layers": [1, 1, 2, 1], "channels": [4, 8, 12, 16]}
DEEP = {"stemType": "deep", "stemWidth": 8}
# Name: arguments under the names of packages/models, height, width.
NETWORKS = {
    "basic": (BASIC, 48, 48),
    "bottleneck": (BOTTLENECK, 48, 48),
    "oblong and odd": (BOTTLENECK, 45, 71),
    "grouped": (BOTTLENECK | {"channels": [8, 16, 24, 32], "cardinality": 4, "baseWidth": 32}, 40, 40),
    "trained shapes": (
        {"block": "bottleneck", "layers": [1, 1, 1, 1], "channels": [16, 32, 64, 128], "cardinality": 8, "baseWidth": 16},
        48,
        48,
    ),
    "wide": (BOTTLENECK | {"baseWidth": 128}, 40, 40),
    "mixed blocks": (
        {
            "block": ["basic", "basic", "bottleneck", "basic"],
            "layers": [1, 1, 1, 1],
            "channels": [8, 12, 12, 24],
            "avgDown": True,
        }
        | DEEP,
        40,
        40,
    ),
    "one input channel": (BASIC | {"inChans": 1}, 32, 32),
    "no classifier": (BASIC | {"numClasses": 0}, 40, 40),
    "other epsilon": (BASIC | {"normEps": 0.001}, 40, 40),
    "group norm": (BASIC | {"channels": [32, 32, 64, 64], "normLayer": "groupnorm"}, 40, 40),
    "deep stem": (BASIC | DEEP, 40, 40),
    "tiered stem": (BASIC | DEEP | {"stemType": "deep_tiered"}, 40, 40),
    "average shortcut": (BOTTLENECK | {"avgDown": True}, 48, 48),
    "average shortcut, odd": (BASIC | {"avgDown": True}, 45, 71),
    "squeeze": (BASIC | {"attention": "se"}, 40, 40),
    "squeeze, bottleneck": (BOTTLENECK | {"attention": "se", "seRatio": 0.25}, 40, 40),
    "channel attention": (BASIC | {"attention": "eca", "channels": [8, 16, 24, 128]}, 40, 40),
    "channel attention, bottleneck": (BOTTLENECK | {"attention": "eca"}, 40, 40),
    "blur": (BASIC | {"aaLayer": "blur"}, 48, 48),
    "blur, odd": (BOTTLENECK | DEEP | {"aaLayer": "blur", "avgDown": True}, 45, 71),
    "average for aliasing": (BASIC | {"aaLayer": "avg"}, 64, 64),
    "average for aliasing, d": (BOTTLENECK | DEEP | {"aaLayer": "avg", "avgDown": True, "attention": "se"}, 64, 64),
    "strided stem": (BOTTLENECK | DEEP | {"replaceStemPool": True, "avgDown": True}, 40, 40),
    "strided stem, blur": (BOTTLENECK | DEEP | {"replaceStemPool": True, "aaLayer": "blur"}, 40, 40),
    "strided stem, average": (BASIC | {"replaceStemPool": True, "aaLayer": "avg"}, 64, 64),
    "senet": (
        BOTTLENECK
        | {"channels": [8, 16, 24, 32], "cardinality": 4, "baseWidth": 32, "stemType": "deep", "stemWidth": 16}
        | {"downKernelSize": 3, "blockReduceFirst": 2, "attention": "se"},
        48,
        48,
    ),
    "output stride 16": (BASIC | {"outputStride": 16}, 48, 48),
    "output stride 8": (BOTTLENECK | {"outputStride": 8, "layers": [1, 1, 2, 2]}, 48, 48),
    "output stride 8, average shortcut": (BOTTLENECK | {"outputStride": 8, "avgDown": True}, 45, 53),
    "output stride 8, senet shortcut": (BOTTLENECK | {"outputStride": 8, "downKernelSize": 3}, 48, 48),
    "output stride 8, blur": (BASIC | {"outputStride": 8, "aaLayer": "blur"}, 48, 48),
    "output stride 16, average for aliasing": (BASIC | {"outputStride": 16, "aaLayer": "avg"}, 64, 64),
    "silu": (BASIC | {"actLayer": "silu", "attention": "se"}, 40, 40),
    "leaky relu": (BASIC | {"actLayer": "leaky_relu"}, 40, 40),
    "hard swish": (BASIC | {"actLayer": "hard_swish"}, 40, 40),
    "gelu": (BASIC | {"actLayer": "gelu"}, 40, 40),
}
# Whole networks of the registry, on small images.
PUBLISHED = ("resnet18", "resnext50_32x4d", "resnet50_gn", "ecaresnet50d_pruned")
PUBLISHED_SIZE = 40

ARGUMENTS = {
    "inChans": "in_chans",
    "numClasses": "num_classes",
    "cardinality": "cardinality",
    "baseWidth": "base_width",
    "stemType": "stem_type",
    "stemWidth": "stem_width",
    "replaceStemPool": "replace_stem_pool",
    "blockReduceFirst": "block_reduce_first",
    "downKernelSize": "down_kernel_size",
    "avgDown": "avg_down",
    "outputStride": "output_stride",
    "actLayer": "act_layer",
    "channels": "channels",
    "layers": "layers",
}
BLOCKS = {"basic": BasicBlock, "bottleneck": Bottleneck}


def build(config: dict) -> ResNet:
    """Creates timm's network from arguments under the names of packages/models."""
    options = dict(config)
    block = options.pop("block")
    arguments = {"block": [BLOCKS[kind] for kind in block] if isinstance(block, list) else BLOCKS[block]}
    arguments["num_classes"] = CLASSES
    if "normEps" in options:
        arguments["norm_layer"] = partial(torch.nn.BatchNorm2d, eps=options.pop("normEps"))
    if "normLayer" in options:
        arguments["norm_layer"] = options.pop("normLayer")
    if "aaLayer" in options:
        arguments["aa_layer"] = {"blur": BlurPool2d, "avg": torch.nn.AvgPool2d}[options.pop("aaLayer")]
    if "attention" in options:
        attention = options.pop("attention")
        ratio = options.pop("seRatio", None)
        arguments["block_args"] = {"attn_layer": partial(SEModule, rd_ratio=ratio) if ratio else attention}
    arguments |= {ARGUMENTS[key]: value for key, value in options.items()}
    return ResNet(**arguments)


def random_array(name: str, shape: tuple[int, ...], std: float) -> np.ndarray:
    count = int(np.prod(shape))
    return np.concatenate([*random_chunks(name, count, seed=SEED, std=std)]).reshape(shape)


def weight(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """One tensor of a state dict; the rules are those of packages/models/test/seeded.ts."""
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    if len(shape) > 1:
        return random_array(name, shape, 0.33 if name == "fc.weight" else (2 / int(np.prod(shape[1:]))) ** 0.5)
    normal = random_array(name, shape, 1.0).astype(np.float64)
    if name.endswith("running_var"):
        normal = 0.6 + 0.5 * np.abs(normal)
    elif name.endswith("weight"):
        normal = 0.6 + 0.2 * normal
    else:
        normal = 0.1 * normal
    return normal.astype(np.float32)


def samples(array: np.ndarray) -> list[float]:
    """Elements spread evenly over a feature map."""
    flat = array.reshape(-1)
    return [float(flat[index * flat.size // SAMPLES]) for index in range(SAMPLES)]


def noise(exact: np.ndarray, rounded: np.ndarray) -> float:
    return float(np.abs(exact - rounded).max())


@torch.no_grad()
def record(model: ResNet, shape: tuple[int, int, int, int]) -> dict:
    """Logits and feature maps of a seeded network for a seeded input."""
    state = {name: torch.from_numpy(weight(name, tuple(tensor.shape))) for name, tensor in model.state_dict().items()}
    model.load_state_dict(state)
    model.eval()
    image = torch.from_numpy(random_array("input", shape, 1.0))
    runs = []
    for dtype in (torch.float32, torch.float64):
        network = model.to(dtype)
        last, taps = network.forward_intermediates(image.to(dtype))
        runs.append([network.forward_head(last).numpy(), *(tap.numpy() for tap in taps)])
        if not torch.equal(network(image.to(dtype)), torch.from_numpy(runs[-1][0])):
            raise ValueError("forward_intermediates and forward disagree")
    rounded, exact = runs
    names = ["output", *(f"tap.{info['module']}" for info in model.feature_info)]
    return {
        "input": list(shape),
        "outputs": {
            name: {
                "shape": list(array.shape),
                "noise": noise(array, other),
                "values": array.reshape(-1).tolist() if name == "output" else samples(array),
            }
            for name, array, other in zip(names, exact, rounded, strict=True)
        },
    }


def main() -> None:
    torch.set_num_threads(1)
    cases = []
    for name, (config, height, width) in NETWORKS.items():
        arguments = dict(config)
        classes = arguments.pop("numClasses", CLASSES)
        model = build(config)
        cases.append(
            {"name": name, "config": arguments, "numClasses": classes}
            | record(model, (2, model.in_chans, height, width))
        )
    for name in PUBLISHED:
        model = timm.create_model(name, num_classes=CLASSES)
        cases.append(
            {"name": name, "published": name, "numClasses": CLASSES}
            | record(model, (1, 3, PUBLISHED_SIZE, PUBLISHED_SIZE))
        )
    header = {"seed": SEED, "samples": SAMPLES}
    environment = {"timm": timm.__version__, "torch": torch.__version__, "threads": 1, "python": platform.python_version()}
    rows = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    head = json.dumps(header | {"environment": environment})
    TARGET.write_text(f'{head[:-1]}, "cases": [\n{rows}\n]}}\n')
    for case in cases:
        print(f"{case['outputs']['output']['noise']:.1e} {case['name']}")


if __name__ == "__main__":
    main()
