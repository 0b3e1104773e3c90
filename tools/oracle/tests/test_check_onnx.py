import onnx
from onnx import TensorProto, helper

import check_onnx


def model(op: str, shape: list) -> onnx.ModelProto:
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)
    weight = helper.make_tensor("w", TensorProto.FLOAT, [3, 3], bytes(36), raw=True)
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "m.onnx.data"), ("offset", "0"), ("length", "36")):
        weight.external_data.add(key=key, value=value)
    graph = helper.make_graph([helper.make_node(op, ["x", "w"], ["y"])], "g", [x], [y], [weight])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def check(folder, made: onnx.ModelProto, *, data: bool = True) -> dict:
    path = folder / "m.onnx"
    path.write_bytes(made.SerializeToString())
    if data:
        (folder / "m.onnx.data").touch()
    return check_onnx.checked(str(path))


def test_a_model_whose_weights_are_a_hole_passes(tmp_path):
    assert check(tmp_path, model("MatMul", [2, 3])) == {"ok": True}


def test_an_operator_that_is_none_is_an_error(tmp_path):
    assert "Matmul" in check(tmp_path, model("Matmul", [2, 3]))["error"]


def test_a_shape_that_is_not_the_inferred_one_is_an_error(tmp_path):
    assert "ShapeInferenceError" in check(tmp_path, model("MatMul", [2, 4]))["error"]


def test_a_missing_file_of_weights_is_an_error(tmp_path):
    assert "m.onnx.data" in check(tmp_path, model("MatMul", [2, 3]), data=False)["error"]
