"""Writes packages/format-onnx/fixtures/foreign: small .onnx files as other producers write them, with what they compute.

PyTorch's two exporters, onnxruntime's quantizer, and files made node by node for what converters of other frameworks
write. NAME.safetensors has the inputs ("input.x") and the outputs ("output.y"): PyTorch's in float64 where PyTorch made
the file, onnxruntime's otherwise; none for a file that is refused.

    .venv/bin/python fixtures_onnx.py [NAME…]

PyTorch's default exporter needs the package onnxscript, which the oracle does not install: without it its files are
left as they are, and a line says so.
"""

import copy
import importlib.util
import io
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from safetensors.numpy import save_file
from torch import nn

FOLDER = Path(__file__).resolve().parents[2] / "packages" / "format-onnx" / "fixtures" / "foreign"
fixtures = {}
CLASSES = 5

torch.set_num_threads(1)
warnings.filterwarnings("ignore")


def fixture(function):
    fixtures[function.__name__.replace("_", "-")] = function
    return function


def random(*shape, seed=0, low=-1.0, high=1.0):
    return np.random.default_rng(seed).uniform(low, high, shape).astype(np.float32)


class Net(nn.Module):
    """A convolution, a batch norm, a residual block, a classifier."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.block = nn.Conv2d(8, 8, 3, padding=1, groups=2)
        self.head = nn.Linear(8, CLASSES)

    def forward(self, x):
        x = torch.relu(self.norm(self.stem(x)))
        x = x + torch.sigmoid(self.block(x)) * x
        return self.head(x.mean((2, 3)))


def network():
    torch.manual_seed(1)
    net = Net().eval()
    net.norm.running_mean.uniform_(-0.5, 0.5)
    net.norm.running_var.uniform_(0.5, 2)
    return net


def store(name, model, inputs=None, outputs=None):
    """Writes a file, and what it computes; without outputs onnxruntime computes them."""
    data = model if isinstance(model, bytes) else model.SerializeToString()
    (FOLDER / f"{name}.onnx").write_bytes(data)
    if inputs is None:
        return
    if outputs is None:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        outputs = dict(zip([output.name for output in session.get_outputs()], session.run(None, inputs)))
    tensors = {f"input.{key}": value for key, value in inputs.items()}
    tensors |= {f"output.{key}": value for key, value in outputs.items()}
    save_file({key: np.array(value, order="C") for key, value in tensors.items()}, FOLDER / f"{name}.safetensors")


def export(name, net, x, opset, **options):
    """Exports with the TorchScript exporter."""
    buffer = io.BytesIO()
    names = {"input_names": ["x"], "output_names": ["y"]}
    torch.onnx.export(net, (x,), buffer, dynamo=False, opset_version=opset, **names, **options)
    with torch.no_grad():
        expected = copy.deepcopy(net).double()(x.double()).numpy()
    store(name, buffer.getvalue(), {"x": x.numpy()}, {"y": expected})


IMAGES = torch.from_numpy(random(2, 3, 16, 16, seed=7))


@fixture
def torchscript(name):
    export(name, network(), IMAGES, 17, dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}})


@fixture
def torchscript_opset9(name):
    export(name, network(), IMAGES[:1], 9)


@fixture
def torchscript_open(name):
    open_sizes = {"x": {0: "batch", 2: "height", 3: "width"}, "y": {0: "batch"}}
    export(name, network(), IMAGES, 13, dynamic_axes=open_sizes)


class Updates(nn.Module):
    """Assignments to slices: the exporter writes each as a ScatterND with a grid of positions."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.head = nn.Linear(4 * 8 * 8, CLASSES)

    def forward(self, x):
        x = self.stem(x)
        x[:, :, 1:3, 2:] = x[:, :, 2:4, :6].sigmoid()
        x[:, 1] = x[:, 2] * x[:, 3]
        x[..., -1:] += x.mean((1, 2, 3), keepdim=True)
        return self.head(x.flatten(1))


@fixture
def torchscript_slices(name):
    torch.manual_seed(3)
    export(name, Updates().eval(), IMAGES, 17, dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}})


@fixture
def torchscript_float16(name):
    # The exporter would fold the batch norm into the convolution in float16, and the weights would be others.
    kept = {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}
    axes = {"x": {0: "batch"}, "y": {0: "batch"}}
    export(name, network().half(), IMAGES.half(), 17, dynamic_axes=axes, **kept)


def export_by_default(name, net):
    """Exports with the default exporter, the batch open."""
    if importlib.util.find_spec("onnxscript") is None:
        print(f"{name}: onnxscript is not installed, so this file stays as it is")
        return
    batch = torch.export.Dim("batch")
    program = torch.onnx.export(
        net, (IMAGES,), dynamo=True, dynamic_shapes=({0: batch},), input_names=["x"], output_names=["y"], verbose=False
    )
    model = program.model_proto
    # Stack traces hold this machine's paths.
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info, *model.graph.initializer]:
        del value.metadata_props[:]
    del model.metadata_props[:], model.graph.metadata_props[:]
    with torch.no_grad():
        store(name, model, {"x": IMAGES.numpy()}, {"y": copy.deepcopy(net).double()(IMAGES.double()).numpy()})


@fixture
def default_exporter(name):
    export_by_default(name, network())


class Pools(nn.Module):
    """Means over all and over uneven parts of an image whose channels are last in memory.

    The default exporter writes the first as a view by strides (as_strided): a Gather at places computed from the batch;
    the second as a choice (Where) among values of six axes.
    """

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.norm = nn.LayerNorm(8)
        self.head = nn.Linear(8, CLASSES)
        self.parts = nn.Linear(8 * 9, CLASSES)

    def forward(self, x):
        x = self.norm(self.stem(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        whole = nn.functional.adaptive_avg_pool2d(x, 1).flatten(1)
        parts = nn.functional.adaptive_avg_pool2d(x, 3).flatten(1)
        return self.head(whole) + self.parts(parts)


@fixture
def default_exporter_pools(name):
    torch.manual_seed(2)
    export_by_default(name, Pools().eval())


class Images(CalibrationDataReader):
    def __init__(self):
        self.batches = iter([{"x": random(1, 3, 16, 16, seed=seed)} for seed in range(4)])

    def get_next(self):
        return next(self.batches, None)


def quantized(name, **options):
    buffer = io.BytesIO()
    names = {"input_names": ["x"], "output_names": ["y"]}
    torch.onnx.export(network(), (IMAGES[:1],), buffer, dynamo=False, opset_version=13, **names)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "float.onnx", Path(folder) / "quantized.onnx"
        source.write_bytes(buffer.getvalue())
        quantize_static(str(source), str(target), Images(), quant_format=QuantFormat.QDQ, **options)
        model = onnx.load(target)
    store(name, model, {"x": IMAGES[:1].numpy()})


@fixture
def qdq(name):
    quantized(name, per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)


@fixture
def qdq_asymmetric(name):
    quantized(name, activation_type=QuantType.QUInt8, weight_type=QuantType.QUInt8)


def tensor(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


def constant(name, array):
    return helper.make_node("Constant", [], [name], value=tensor("", array))


def value(name, shape, dtype=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def model(nodes, inputs, outputs, *, opset=17, initializers=(), domains=(), ir=8):
    graph = helper.make_graph(nodes, "graph", inputs, outputs, list(initializers))
    imports = [helper.make_opsetid("", opset), *[helper.make_opsetid(domain, 1) for domain in domains]]
    return helper.make_model(graph, opset_imports=imports, ir_version=ir)


@fixture
def constant_weights(name):
    """As PaddlePaddle's converter writes: weights in Constant nodes, sizes of -1, probabilities at the end."""
    weight = random(CLASSES, 6, seed=3)
    nodes = [
        constant("conv.w", random(6, 3, 3, 3, seed=1)),
        constant("conv.b", random(6, seed=2)),
        constant("fc.w", weight),
        helper.make_node("ConstantOfShape", ["six"], ["bias"], value=tensor("", np.float32([0.25]))),
        helper.make_node("Conv", ["x", "conv.w", "conv.b"], ["conv"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("HardSigmoid", ["conv"], ["gate"], alpha=1 / 6, beta=0.5),
        helper.make_node("Mul", ["conv", "gate"], ["swish"]),
        helper.make_node("GlobalAveragePool", ["swish"], ["pooled"]),
        helper.make_node("Reshape", ["pooled", "rows"], ["flat"]),
        helper.make_node("Transpose", ["fc.w"], ["fc.t"], perm=[1, 0]),
        helper.make_node("MatMul", ["flat", "fc.t"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["y"], axis=1),
    ]
    nodes = [constant("six", np.int64([CLASSES])), constant("rows", np.int64([0, -1])), *nodes]
    sizes = value("x", [-1, 3, -1, -1])
    store(name, model(nodes, [sizes], [value("y", [-1, CLASSES])], opset=11), {"x": random(2, 3, 9, 11, seed=4)})


@fixture
def slice_attributes(name):
    """Operator set 8, as UltraFace: slices to the end by 2^63 - 1 in attributes, a Pad and a broadcast of those days."""
    end = 2**63 - 1
    nodes = [
        helper.make_node("Pad", ["x"], ["padded"], mode="constant", pads=[0, 0, 1, 1, 0, 0, 1, 1], value=0.5),
        helper.make_node("Slice", ["padded"], ["cut"], axes=[2, 3], starts=[1, -3], ends=[end, end]),
        helper.make_node("Unsqueeze", ["cut"], ["more"], axes=[0]),
        helper.make_node("Squeeze", ["more"], ["y"], axes=[0]),
    ]
    store(name, model(nodes, [value("x", [1, 3, 4, 5])], [value("y", [1, 3, 5, 3])], opset=8, ir=3), {"x": random(1, 3, 4, 5)})


def branch(name, nodes, outputs, initializers=()):
    return helper.make_graph(nodes, name, [], [value(output, None) for output in outputs], list(initializers))


@fixture
def if_constant(name):
    """Branches by a rank and by a constant, as TorchScript writes squeeze; names are reused in the branches."""
    inner_then = branch("inner_then", [helper.make_node("Mul", ["t", "w"], ["u"])], ["u"], [tensor("w", np.float32([3]))])
    inner_else = branch("inner_else", [helper.make_node("Loop", ["n", "", "t"], ["u"], body=loop_body())], ["u"])
    then_branch = branch(
        "then",
        [
            helper.make_node("Squeeze", ["x", "axis"], ["t"]),
            helper.make_node("If", ["yes"], ["v"], then_branch=inner_then, else_branch=inner_else),
        ],
        ["v", "t"],
        [tensor("axis", np.int64([1]))],
    )
    else_branch = branch("else", [helper.make_node(op, ["x"], [op]) for op in ("Neg", "Abs")], ["Neg", "Abs"])
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "place"], ["size"], axis=0),
        helper.make_node("Equal", ["size", "one"], ["is_one"]),
        helper.make_node("If", ["is_one"], ["scaled", "plain"], then_branch=then_branch, else_branch=else_branch),
        helper.make_node("Add", ["scaled", "offset"], ["sum"]),
        helper.make_node("Sub", ["sum", "plain"], ["y"]),
        # A branch that gives back a value from outside.
        helper.make_node(
            "If",
            ["no"],
            ["z"],
            then_branch=branch("then2", [helper.make_node("Neg", ["y"], ["q"])], ["q"]),
            else_branch=branch("else2", [helper.make_node("Identity", ["y"], ["q"])], ["q"]),
        ),
    ]
    initializers = [
        tensor("place", np.int64(1)),
        tensor("one", np.int64(1)),
        tensor("yes", np.array(True)),
        tensor("no", np.array(False)),
        tensor("n", np.int64(2)),
        tensor("offset", np.float32([10, 20, 30])),
    ]
    shapes = [value("x", ["N", 1, 3])], [value("y", ["N", 3]), value("z", ["N", 3])]
    store(name, model(nodes, *shapes, initializers=initializers), {"x": random(2, 1, 3)})


def loop_body():
    return helper.make_graph(
        [helper.make_node("Identity", ["cond"], ["cond_out"]), helper.make_node("Identity", ["v"], ["v_out"])],
        "body",
        [value("i", [], TensorProto.INT64), value("cond", [], TensorProto.BOOL), value("v", None)],
        [value("cond_out", [], TensorProto.BOOL), value("v_out", None)],
    )


@fixture
def if_by_size(name):
    """A branch that an open size decides: it is constant once that size is fixed."""
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "place"], ["size"], axis=0),
        helper.make_node("Equal", ["size", "one"], ["is_one"]),
        helper.make_node(
            "If",
            ["is_one"],
            ["y"],
            name="squeeze",
            then_branch=branch("then", [helper.make_node("Relu", ["x"], ["t"])], ["t"]),
            else_branch=branch("else", [helper.make_node("Sigmoid", ["x"], ["t"])], ["t"]),
        ),
    ]
    initializers = [tensor("place", np.int64(0)), tensor("one", np.int64(1))]
    store(name, model(nodes, [value("x", ["rows", 3])], [value("y", ["rows", 3])], initializers=initializers), {"x": random(1, 3)})


@fixture
def control_flow(name):
    """Refused: a loop, and a branch by an input."""
    branches = {
        "then_branch": branch("then", [helper.make_node("Neg", ["x"], ["t"])], ["t"]),
        "else_branch": branch("else", [helper.make_node("Identity", ["x"], ["t"])], ["t"]),
    }
    nodes = [
        helper.make_node("Loop", ["n", "", "x"], ["looped"], name="loop", body=loop_body()),
        helper.make_node("If", ["flag"], ["chosen"], name="branch", **branches),
        helper.make_node("Add", ["looped", "chosen"], ["y"]),
    ]
    inputs = [value("x", [3]), value("flag", [], TensorProto.BOOL)]
    store(name, model(nodes, inputs, [value("y", [3])], initializers=[tensor("n", np.int64(2))]))


@fixture
def vendor(name):
    """onnxruntime's own operators, each with an equivalent in ONNX."""
    ms = {"domain": "com.microsoft"}
    nodes = [
        helper.make_node("FusedConv", ["x", "conv.w", "conv.b"], ["conv"], kernel_shape=[3, 3], activation="Relu", **ms),
        helper.make_node("FusedConv", ["conv", "conv2.w"], ["leaky"], activation="LeakyRelu", activation_params=[0.1], **ms),
        helper.make_node("Gelu", ["leaky"], ["gelu"], **ms),
        helper.make_node("QuickGelu", ["gelu"], ["quick"], alpha=1.5, **ms),
        helper.make_node("Reshape", ["quick", "rows"], ["flat"]),
        helper.make_node("FusedMatMul", ["flat", "fc.w"], ["product"], transB=1, alpha=0.5, **ms),
        helper.make_node("BiasGelu", ["product", "bias"], ["biased"], **ms),
        helper.make_node("FastGelu", ["biased", "bias"], ["fast"], **ms),
        helper.make_node("FastGelu", ["fast"], ["faster"], **ms),
        helper.make_node("SkipLayerNormalization", ["faster", "skip", "gamma", "beta", "bias"], ["normal"], epsilon=1e-5, **ms),
        helper.make_node("FusedGemm", ["normal", "gemm.w", "bias"], ["gemm"], transB=1, alpha=0.75, activation="Tanh", **ms),
        helper.make_node("FusedMatMul", ["gemm", "gemm.w"], ["y"], **ms),
    ]
    initializers = [
        tensor("conv.w", random(4, 3, 3, 3, seed=1)),
        tensor("conv.b", random(4, seed=2)),
        tensor("conv2.w", random(4, 4, 1, 1, seed=3)),
        tensor("rows", np.int64([-1, 36])),
        tensor("fc.w", random(6, 36, seed=4)),
        tensor("bias", random(6, seed=5)),
        tensor("skip", random(1, 6, seed=6)),
        tensor("gamma", random(6, seed=7)),
        tensor("beta", random(6, seed=8)),
        tensor("gemm.w", random(6, 6, seed=9)),
    ]
    made = model(nodes, [value("x", [1, 3, 5, 5])], [value("y", [1, 6])], initializers=initializers, domains=["com.microsoft"])
    store(name, made, {"x": random(1, 3, 5, 5, seed=10)})


@fixture
def vendor_refused(name):
    """Refused: operators of several domains, two of them with no equivalent."""
    nodes = [
        helper.make_node("Gelu", ["x"], ["a"], domain="com.microsoft"),
        helper.make_node("NhwcConv", ["a", "w"], ["b"], name="fast_conv", domain="com.microsoft"),
        helper.make_node("Relu", ["b"], ["c"]),
        helper.make_node("DCNv3", ["c"], ["y"], domain="custom.ops"),
    ]
    made = model(
        nodes,
        [value("x", [1, 3, 4, 4])],
        [value("y", [1, 3, 4, 4])],
        initializers=[tensor("w", random(3, 3, 1, 1))],
        domains=["com.microsoft", "custom.ops"],
    )
    store(name, made)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    asked = sys.argv[1:] or list(fixtures)
    for name in asked:
        fixtures[name](name)
        print(name, (FOLDER / f"{name}.onnx").stat().st_size)


if __name__ == "__main__":
    main()
