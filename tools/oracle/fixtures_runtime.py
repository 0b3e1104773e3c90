"""Writes the small models of packages/runtime-onnx/fixtures, with the outputs of ONNX's own reference evaluator.

Run from anywhere: tools/oracle/.venv/bin/python tools/oracle/fixtures_runtime.py
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

FOLDER = Path(__file__).resolve().parents[2] / "packages/runtime-onnx/fixtures"
SIZE = 8
CLASSES = 6
CHAIN = 70
DTYPES = {
    "float64": TensorProto.DOUBLE,
    "float32": TensorProto.FLOAT,
    "float16": TensorProto.FLOAT16,
    "int64": TensorProto.INT64,
    "int32": TensorProto.INT32,
    "int16": TensorProto.INT16,
    "int8": TensorProto.INT8,
    "uint64": TensorProto.UINT64,
    "uint32": TensorProto.UINT32,
    "uint16": TensorProto.UINT16,
    "uint8": TensorProto.UINT8,
    "bool": TensorProto.BOOL,
}


def contract(**changes):
    return {
        "version": 1,
        "model": "tiny.fixture",
        "task": "logits",
        "input": "input",
        "output": "logits",
        "preprocess": {
            "inputSize": [3, SIZE, SIZE],
            "interpolation": "bilinear",
            "cropPct": 0.875,
            "cropMode": "center",
            "mean": [0.485, 0.456, 0.406],
            "std": [0.229, 0.224, 0.225],
        },
        "labels": ["circle", "square", "star", "ring", "arrow", "cross"],
        "weights": "float32",
        "generator": "fixtures_runtime.py",
        **changes,
    }


def classifier():
    """input → conv → relu → global pool → gemm → logits, with a value to tap after each."""
    random = np.random.default_rng(7)

    def weight(name, *shape):
        return numpy_helper.from_array(random.standard_normal(shape).astype(np.float32), name)

    return helper.make_graph(
        [
            helper.make_node("Conv", ["input", "conv.weight", "conv.bias"], ["conv"], name="conv", pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["conv"], ["relu"], name="relu"),
            helper.make_node("GlobalAveragePool", ["relu"], ["pool"], name="pool"),
            helper.make_node("Flatten", ["pool"], ["features"], name="flatten"),
            helper.make_node("Gemm", ["features", "fc.weight", "fc.bias"], ["logits"], name="fc", transB=1),
        ],
        "tiny",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", CLASSES])],
        [
            weight("conv.weight", 5, 3, 3, 3),
            weight("conv.bias", 5),
            weight("fc.weight", CLASSES, 5),
            weight("fc.bias", CLASSES),
        ],
    )


def model_of(graph, properties):
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="samoyed fixtures"
    )
    helper.set_model_props(model, properties)
    onnx.checker.check_model(model, full_check=True)
    return model


def ramp(shape):
    """sin(0, 1, 2, …) in float32: the tests make the same input."""
    return np.sin(np.arange(np.prod(shape), dtype=np.float64)).astype(np.float32).reshape(shape)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    plain = {"Image.BitmapPixelFormat": "Rgb8", "samoyed": json.dumps(contract())}
    model = model_of(classifier(), plain)
    onnx.save(model, FOLDER / "classifier.onnx")

    (FOLDER / "external.data").unlink(missing_ok=True)
    external = model_of(classifier(), plain)
    onnx.save(
        external, FOLDER / "external.onnx", save_as_external_data=True, location="external.data", size_threshold=0
    )

    (FOLDER / "external.data").chmod(0o644)
    onnx.save(model_of(classifier(), {}), FOLDER / "no-contract.onnx")

    typed = helper.make_graph(
        [helper.make_node("Identity", [f"in_{name}"], [f"out_{name}"]) for name in DTYPES],
        "types",
        [helper.make_tensor_value_info(f"in_{name}", dtype, [2, "M"]) for name, dtype in DTYPES.items()],
        [helper.make_tensor_value_info(f"out_{name}", dtype, [2, "M"]) for name, dtype in DTYPES.items()],
    )
    onnx.save(model_of(typed, {}), FOLDER / "types.onnx")

    # More values than are tapped at once: each is one more than the one before.
    chain = helper.make_graph(
        [helper.make_node("Add", ["x" if i == 1 else f"v{i - 1}", "one"], [f"v{i}"]) for i in range(1, CHAIN + 1)],
        "chain",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info(f"v{CHAIN}", TensorProto.FLOAT, [1])],
        [numpy_helper.from_array(np.ones(1, np.float32), "one")],
    )
    onnx.save(model_of(chain, {}), FOLDER / "chain.onnx")

    names = ["conv", "relu", "pool", "features", "logits"]
    tapped = model_of(classifier(), {})
    tapped.graph.output.extend([helper.make_empty_tensor_value_info(name) for name in names[:-1]])
    for batch in (1, 2):
        values = ReferenceEvaluator(tapped).run(names, {"input": ramp((batch, 3, SIZE, SIZE))})
        outputs = {name: {"shape": value.shape, "data": value.ravel().tolist()} for name, value in zip(names, values)}
        (FOLDER / f"answers-{batch}.json").write_text(json.dumps(outputs) + "\n")


if __name__ == "__main__":
    main()
