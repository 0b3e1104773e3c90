"""Writes packages/format-pt2/fixtures: many operators in a few .pt2 files of real PyTorch, with what they compute.

Each file is one module whose result is a dictionary with one entry for each case, so that a case is named in the
graph's outputs. NAME.safetensors has its inputs ("input.x") and PyTorch's results ("output.case"): floats in float64,
computed by the same module in float64. Graph metadata (stack traces with paths and source lines) and example inputs are
dropped before saving.

    .venv/bin/python fixtures_pt2.py [NAME…]
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

# Each of the others registers its fixtures.
from samoyed_oracle.fixtures.pt2 import elements, layers, programs, values  # noqa: F401
from samoyed_oracle.fixtures.pt2.module import Cases, fixtures

FOLDER = Path(__file__).resolve().parents[2] / "packages" / "format-pt2" / "fixtures"
# Those that are refused, and the one on the meta device, which has no weights.
UNCOMPUTED = {"refused", "stateful", "meta"}

torch.set_num_threads(1)


def flatten(value, path=()):
    if isinstance(value, torch.Tensor):
        return {".".join(path): value}
    if isinstance(value, dict):
        return {k: v for key, item in value.items() for k, v in flatten(item, (*path, str(key))).items()}
    if isinstance(value, (list, tuple)):
        return {k: v for at, item in enumerate(value) for k, v in flatten(item, (*path, str(at))).items()}
    return {}


def strip(graph_module):
    for module in graph_module.modules():
        if isinstance(module, torch.fx.GraphModule):
            for node in module.graph.nodes:
                for key in ("stack_trace", "nn_module_stack", "source_fn_stack", "torch_fn", "from_node"):
                    node.meta.pop(key, None)


def write(name):
    function, inputs, state, dynamic, decompose, grad = fixtures[name]
    module = Cases(function, *state).eval()
    copies = {key: value.clone() for key, value in inputs.items()}
    if name == "meta":
        module, copies = module.to("meta"), {key: value.to("meta") for key, value in copies.items()}
    with torch.set_grad_enabled(grad):
        program = torch.export.export(module, (), copies, dynamic_shapes=dynamic)
    if decompose:
        program = program.run_decompositions()
    strip(program.graph_module)
    program.example_inputs = None
    torch.export.save(program, FOLDER / f"{name}.pt2")
    if name in UNCOMPUTED:
        return
    tensors = {f"input.{key}": value.contiguous() for key, value in inputs.items()}
    double = lambda value: value.double() if value.is_floating_point() else value.clone()  # noqa: E731
    torch.set_default_dtype(torch.float64)
    with torch.no_grad():
        results = flatten(module.double()(**{key: double(value) for key, value in inputs.items()}))
    torch.set_default_dtype(torch.float32)
    for key, value in results.items():
        tensors[f"output.{key}"] = (value.double() if value.is_floating_point() else value).contiguous().clone()
    save_file(tensors, FOLDER / f"{name}.safetensors")
    print(name, len(results), "cases", (FOLDER / f"{name}.pt2").stat().st_size // 1024, "KB")


def main():
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or fixtures:
        write(name)


if __name__ == "__main__":
    main()
