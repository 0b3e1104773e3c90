"""Records PyTorch's outputs of single operators: packages/graph/fixtures/operators.{json,bin}.

Every case is an ONNX node (operator, opset, attributes, inputs) and PyTorch's outputs for the same
inputs, computed in float64 and rounded once to float32: the interpreter of @samoyed/graph works that way too, so the
comparison may be strict. Run it with the oracle's Python, without arguments; the output is the same every time.
"""

import json

import numpy as np
import torch

from samoyed_oracle.fixtures.graph import elements, layers, values
from samoyed_oracle.fixtures.graph.case import FOLDER, cases, data

GROUPS = [
    layers.transposed_convolutions,
    layers.resizing,
    values.choices,
    values.quantizing,
    layers.convolutions,
    layers.normalizations,
    layers.pools,
    layers.paddings,
    elements.activations,
    elements.arithmetic,
    elements.reductions,
    values.movements,
    values.recurrences,
    values.places,
    layers.windows,
    values.attentions,
    layers.grids,
]

torch.set_num_threads(1)
for group in GROUPS:
    group()

FOLDER.mkdir(parents=True, exist_ok=True)
(FOLDER / "operators.bin").write_bytes(data)
document = {"torch": torch.__version__, "numpy": np.__version__, "cases": cases}
lines = ",\n".join("    " + json.dumps(entry) for entry in cases)
header = json.dumps({key: value for key, value in document.items() if key != "cases"})[1:-1]
(FOLDER / "operators.json").write_text("{ " + header + ', "cases": [\n' + lines + "\n] }\n")
print(f"{len(cases)} cases, {len(data)} bytes")
