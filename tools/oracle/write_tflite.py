"""Writes a .tflite file of a .pt2 or .onnx file with litert-torch, for one image: a peer of the .smyd benchmark.

    tools/oracle/litert/.venv/bin/python tools/oracle/write_tflite.py SOURCE OUT.tflite

Needs the environment of `node tools/oracle/setup.mjs --litert`. An .onnx file has fixed sizes.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import litert_torch  # noqa: E402
import torch  # noqa: E402
from samoyed_oracle.onnx_module import OnnxModule  # noqa: E402


def opened(path: Path) -> tuple[torch.nn.Module, list[int]]:
    """The network, and its input's shape for one image."""
    if path.suffix == ".onnx":
        module = OnnxModule(path).eval()
        return module, module.shape
    program = torch.export.load(path)
    [name] = program.graph_signature.user_inputs
    [node] = [node for node in program.graph.nodes if node.name == name]
    return program.module(), [1, *node.meta["val"].shape[1:]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    module, shape = opened(options.source)
    litert_torch.convert(module, (torch.zeros(shape),)).export(str(options.out))


if __name__ == "__main__":
    main()
