"""Writes ONNX's own node test vectors, in ONNX's layout of one folder per case, from the installed onnx package.

The package computes them from its sources (with numpy, seeded) and no longer carries the files. Cases whose inputs or
outputs are not tensors (sequences, optional values, maps) are written without data: a reader of the model refuses them.

    tools/oracle/.venv/bin/python tools/oracle/onnx_vectors.py OUT
"""

import argparse
import contextlib
import io
import json
import warnings
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.loader import load_model_tests

DEFAULT_TOLERANCE = (1e-3, 1e-7)


def tensor_bytes(value, name):
    """A TensorProto's bytes, or None if the value is not a tensor."""
    if isinstance(value, onnx.TensorProto):
        proto = onnx.TensorProto()
        proto.CopyFrom(value)
        proto.name = name
        return proto.SerializeToString()
    if isinstance(value, (np.ndarray, np.generic)):
        return numpy_helper.from_array(np.asarray(value), name).SerializeToString()
    return None


def write_case(case, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(case.model.SerializeToString())
    if (case.rtol, case.atol) != DEFAULT_TOLERANCE:
        (folder / "data.json").write_text(json.dumps({"rtol": case.rtol, "atol": case.atol}))
    ports = (("input", case.model.graph.input), ("output", case.model.graph.output))
    for number, data_set in enumerate(case.data_sets):
        target = folder / f"test_data_set_{number}"
        target.mkdir(exist_ok=True)
        for (kind, values), arrays in zip(ports, data_set):
            for index, (value, array) in enumerate(zip(values, arrays)):
                data = tensor_bytes(array, value.name)
                if data is not None:
                    (target / f"{kind}_{index}.pb").write_bytes(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="the folder to write; node/ is made in it")
    out = parser.parse_args().out
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        cases = load_model_tests(kind="node")
    for case in cases:
        write_case(case, out / "node" / case.name)
    # Written last: a folder with this file is complete.
    (out / "version.txt").write_text(onnx.__version__)
    print(f"{len(cases)} cases of onnx {onnx.__version__}")


if __name__ == "__main__":
    main()
