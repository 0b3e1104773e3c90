"""Writes packages/format-onnx/fixtures/foreign: small .onnx files as other producers write them, with what they compute.

PyTorch's two exporters, onnxruntime's quantizer, and files made node by node for what converters of other frameworks
write. NAME.safetensors has the inputs ("input.x") and the outputs ("output.y"): PyTorch's in float64 where PyTorch made
the file, onnxruntime's otherwise; none for a file that is refused.

    .venv/bin/python fixtures_onnx.py [NAME…]

PyTorch's default exporter needs the package onnxscript, which the oracle does not install: without it its files are
left as they are, and a line says so.
"""

import sys
import warnings

import torch

# Each registers its fixtures.
from samoyed_oracle.fixtures.onnx import exporters, nodes, quantizer  # noqa: F401
from samoyed_oracle.fixtures.onnx.store import FOLDER, fixtures

torch.set_num_threads(1)
warnings.filterwarnings("ignore")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    asked = sys.argv[1:] or list(fixtures)
    for name in asked:
        fixtures[name](name)
        print(name, (FOLDER / f"{name}.onnx").stat().st_size)


if __name__ == "__main__":
    main()
