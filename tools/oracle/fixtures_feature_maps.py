"""Writes golden/census-taps.json: what timm's `features_only` gives for networks of the census, with their weights and input.

    .venv/bin/python fixtures_feature_maps.py

Of each feature map its shape, 64 values in float64 (at floor(i * size / 64)), and the largest difference of float32 from
all of them.
"""

import copy
import json
from pathlib import Path

import samoyed_oracle.torchvision_shim  # noqa: F401
import timm
import torch
from samoyed_oracle.architectures.program import Taps
from samoyed_oracle.census.record import prepared
from samoyed_oracle.recording import THREADS

TARGET = Path(__file__).resolve().parents[2] / "golden" / "census-taps.json"
SAMPLES = 64
# One of each way in which timm makes feature maps: stages, hooks, transformers' blocks, open and fixed sizes.
NETWORKS = (
    "test_byobnet",
    "test_convnext",
    "test_efficientnet",
    "test_nfnet",
    "test_resnet",
    "test_vit",
    "edgenext_xx_small",
    "efficientvit_m0",
    "fastvit_t8",
    "mobilenetv3_small_050",
    "mobilevit_xxs",
    "pvt_v2_b0",
    "regnetx_002",
    "xcit_nano_12_p8_224",
)


def feature_maps(taps: Taps, x: torch.Tensor) -> list[torch.Tensor]:
    with torch.inference_mode():
        return [value.double() for value in copy.deepcopy(taps).to(x.dtype)(x)]


def recorded(name: str) -> dict:
    model, x, _ = prepared(name, None)
    features = timm.create_model(name, features_only=True).eval()
    modules = features.feature_info.module_name()
    taps = Taps(model, features).eval()
    maps = []
    for module, rounded, exact in zip(modules, feature_maps(taps, x), feature_maps(taps, x.double()), strict=True):
        values = exact.reshape(-1)[torch.arange(SAMPLES) * exact.numel() // SAMPLES]
        noise = float((rounded - exact).abs().max())
        maps.append({"module": module, "shape": list(exact.shape), "noise": noise, "values": values.tolist()})
    return {"name": name, "maps": maps}


def main() -> None:
    torch.set_num_threads(THREADS)
    networks = []
    for name in NETWORKS:
        networks.append(recorded(name))
        print(name, *(tap["module"] for tap in networks[-1]["maps"]), flush=True)
    lines = ",\n".join(json.dumps(network, separators=(",", ":")) for network in networks)
    TARGET.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
