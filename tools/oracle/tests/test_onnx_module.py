import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from samoyed_oracle.onnx_module import OPERATORS, OnnxModule, Unsupported

WINDOW = {"dilations": [1, 1], "strides": [1, 1]}
NEAREST = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}


def written(path, nodes, shape=(1, 4, 6, 6), **constants):
    """A file of nodes from `x` to `y`."""
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, size) for name, size in (("x", shape), ("y", None))]
    tensors = [numpy_helper.from_array(np.array(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "graph", ports[:1], ports[1:], tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
    return path


def floats(*shape):
    return np.random.default_rng(1).normal(size=shape).astype(np.float32)


# One path through all operators, as a detector has them.
NODES = [
    helper.make_node("Conv", ["x", "kernel", "bias"], ["a"], **WINDOW, pads=[1, 1, 1, 1], kernel_shape=[3, 3], group=2),
    helper.make_node("Sigmoid", ["a"], ["b"]),
    helper.make_node("Mul", ["a", "b"], ["c"]),
    helper.make_node("Split", ["c", "sizes"], ["d", "e"], axis=1),
    helper.make_node("MaxPool", ["e"], ["f"], **WINDOW, pads=[2, 2, 2, 2], kernel_shape=[5, 5]),
    helper.make_node("Concat", ["d", "e", "f"], ["g"], axis=1),
    helper.make_node("Resize", ["g", "", "scales"], ["h"], **NEAREST),
    helper.make_node("Reshape", ["h", "lengths"], ["i"]),
    helper.make_node("Transpose", ["i"], ["j"], perm=[0, 2, 1]),
    helper.make_node("Softmax", ["j"], ["k"], axis=1),
    helper.make_node("Slice", ["k", "starts", "ends", "axes"], ["l"]),
    helper.make_node("Slice", ["k", "ends", "last", "axes"], ["m"]),
    helper.make_node("Split", ["l"], ["n", "o"], axis=2),
    helper.make_node("Sub", ["n", "o"], ["p"]),
    helper.make_node("Div", ["p", "half"], ["q"]),
    helper.make_node("Split", ["m"], ["r", "s"], axis=2),
    helper.make_node("Add", ["q", "r"], ["t"]),
    helper.make_node("Mul", ["t", "s"], ["y"]),
]


def test_a_graph_answers_what_onnxruntime_answers(tmp_path):
    path = written(
        tmp_path / "m.onnx",
        NODES,
        kernel=floats(4, 2, 3, 3),
        bias=floats(4),
        sizes=[1, 3],
        scales=np.array([1, 1, 2, 3], np.float32),
        lengths=[-1, 0, 216],
        starts=[0],
        ends=[2],
        last=[4],
        axes=[2],
        half=np.float32(0.5),
    )
    assert {node.op_type for node in NODES} == OPERATORS.keys()
    x = floats(1, 4, 6, 6)
    [expected] = onnxruntime.InferenceSession(path).run(None, {"x": x})
    module = OnnxModule(path)
    assert module.shape == [1, 4, 6, 6]
    np.testing.assert_allclose(module(torch.from_numpy(x)).numpy(), expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (helper.make_node("Erf", ["x"], ["y"]), "Erf; this module has Add"),
        (helper.make_node("MaxPool", ["x"], ["y"], **WINDOW, pads=[0, 0, 1, 1], kernel_shape=[2, 2]), "as many at the"),
        (
            helper.make_node("MaxPool", ["x"], ["y"], **WINDOW, pads=[0] * 4, kernel_shape=[2, 2], ceil_mode=1),
            "ceil_mode is 1; expected 0",
        ),
        (helper.make_node("Resize", ["x", "", "scales"], ["y"], mode="nearest"), "half_pixel"),
        (helper.make_node("Resize", ["x", "", "half"], ["y"], **NEAREST), "expected multiples"),
    ],
)
def test_what_it_does_not_have_is_refused(tmp_path, node, message):
    given = {"scales": np.array([1, 1, 2, 2], np.float32), "half": np.array([1, 1, 0.5, 0.5], np.float32)}
    with pytest.raises(Unsupported, match=message):
        OnnxModule(written(tmp_path / "m.onnx", [node], **given))(torch.zeros(1, 4, 6, 6))


def test_an_open_size_is_refused(tmp_path):
    with pytest.raises(Unsupported, match="open size"):
        OnnxModule(written(tmp_path / "m.onnx", [helper.make_node("Sigmoid", ["x"], ["y"])], shape=(1, 4, "H", 6)))
