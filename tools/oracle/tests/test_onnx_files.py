"""ONNX's own checker, parser and shape inference on every file that Samoyed's writer makes.

The files are those in packages/format-onnx/fixtures, or, when SAMOYED_ONNX_FILES names a folder, those in it.
"""

import json
import os
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper
from onnx.external_data_helper import load_external_data_for_model
from onnx.reference import ReferenceEvaluator

FOLDER = Path(
    os.environ.get("SAMOYED_ONNX_FILES")
    or Path(__file__).resolve().parents[3] / "packages" / "format-onnx" / "fixtures"
)
FILES = sorted(FOLDER.glob("*.onnx"))

# Element types that onnxruntime's CPU provider does not take as inputs or outputs.
NOT_IN_RUNTIME = {"complex64", "complex128"}


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def path(request):
    return request.param


def test_there_are_files():
    assert len(FILES) >= 20


def test_the_full_check_passes(path):
    onnx.checker.check_model(str(path), full_check=True)


def test_the_bytes_are_those_that_protobuf_writes(path):
    data = path.read_bytes()
    assert onnx.load_from_string(data).SerializeToString(deterministic=True) == data


def test_the_declared_shapes_are_those_that_onnx_infers(path):
    model = onnx.load(path)
    declared = {value.name: value.type for value in model.graph.value_info}
    assert set(declared) == {
        name for node in model.graph.node for name in node.output if name not in {o.name for o in model.graph.output}
    }
    del model.graph.value_info[:]
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    for value in inferred.graph.value_info:
        ours = declared[value.name].tensor_type
        theirs = value.type.tensor_type
        assert ours.elem_type == theirs.elem_type, value.name
        assert len(ours.shape.dim) == len(theirs.shape.dim), value.name
        for a, b in zip(ours.shape.dim, theirs.shape.dim):
            # ONNX leaves a size unknown if it cannot express it; otherwise ours is the same.
            if b.HasField("dim_value") or b.HasField("dim_param"):
                assert (a.dim_value, a.dim_param) == (b.dim_value, b.dim_param), value.name


def test_onnxruntime_says_what_the_reference_evaluator_says(path):
    if path.stem in NOT_IN_RUNTIME:
        with pytest.raises(Exception, match="complex"):
            onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        return
    model = onnx.load(path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    if model.opset_import[0].version < 14:
        return  # the evaluator takes BatchNormalization before set 14 for its training mode
    random = np.random.default_rng(1)
    feeds = {
        value.name: random.standard_normal(
            [dim.dim_value or 2 for dim in value.type.tensor_type.shape.dim]
        ).astype(np.float32)
        for value in model.graph.input
    }
    names = [output.name for output in model.graph.output]
    types = {output.name: output.type.tensor_type.elem_type for output in model.graph.output}
    small_floats = {onnx.TensorProto.BFLOAT16, onnx.TensorProto.FLOAT8E4M3FN, onnx.TensorProto.FLOAT8E5M2}
    names = [name for name in names if types[name] not in small_floats]
    if not names:
        return  # it loaded; numpy has no such type for comparison
    expected = ReferenceEvaluator(model).run(names, feeds)
    for name, actual, reference in zip(names, session.run(names, feeds), expected):
        np.testing.assert_allclose(actual, reference, rtol=1e-5, atol=2e-5, err_msg=name)


def test_weights_hold_what_they_should(path):
    """Tensors decode with their declared sizes; those in another file are found."""
    model = onnx.load(path, load_external_data=False)
    load_external_data_for_model(model, str(path.parent))
    for tensor in model.graph.initializer:
        assert list(numpy_helper.to_array(tensor).shape) == list(tensor.dims), tensor.name
    external = [tensor.name for tensor in onnx.load(path, load_external_data=False).graph.initializer if tensor.external_data]
    assert bool(external) == (path.parent / f"{path.name}.data").exists()


def test_the_contract_is_in_the_metadata():
    model = onnx.load(FOLDER / "small-contract.onnx")
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    contract = json.loads(metadata["samoyed"])
    assert contract["version"] == 1
    assert contract["labels"][2:4] == ["狐", "🐶"]
    assert metadata["Image.BitmapPixelFormat"] == "Rgb8"
    assert metadata["Image.ColorSpaceGamma"] == "SRGB"
    assert (model.producer_name, model.producer_version) == ("samoyed", contract["generator"].split()[1])
    assert (model.ir_version, model.opset_import[0].version) == (8, 17)
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "N"


def test_the_full_check_can_fail():
    model = onnx.load(FOLDER / "small.onnx")
    model.graph.value_info[0].type.tensor_type.shape.dim[1].dim_value += 1
    with pytest.raises(Exception, match="[Ii]nfer"):
        onnx.checker.check_model(model, full_check=True)
