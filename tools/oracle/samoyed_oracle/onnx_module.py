"""An .onnx file's graph as a PyTorch module, for exporters that take no other: the operators of a YOLO, and no more."""

from pathlib import Path

import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn
from torch.nn import functional


class Unsupported(Exception):
    """The graph has an operator, or an attribute of one, that this module does not have."""


def _symmetric(pads: list[int]) -> list[int]:
    half = len(pads) // 2
    if pads[:half] != pads[half:]:
        raise Unsupported(f"pads {pads}; expected as many at the start as at the end")
    return pads[:half]


def _expect(node: onnx.NodeProto, found: dict, expected: dict) -> None:
    for name, value in expected.items():
        if found.get(name, value) != value:
            raise Unsupported(f"{node.op_type} {node.name}: {name} is {found[name]!r}; expected {value!r}")


def _conv(node, a, x, weight, bias=None):
    _expect(node, a, {"auto_pad": b"NOTSET"})
    return functional.conv2d(x, weight, bias, a["strides"], _symmetric(a["pads"]), a["dilations"], a["group"])


def _max_pool(node, a, x):
    _expect(node, a, {"auto_pad": b"NOTSET", "ceil_mode": 0, "storage_order": 0})
    return functional.max_pool2d(x, a["kernel_shape"], a["strides"], _symmetric(a["pads"]), a["dilations"])


def _resize(node, a, x, _region, scales, sizes=None):
    nearest = {"mode": b"nearest", "coordinate_transformation_mode": b"asymmetric", "nearest_mode": b"floor"}
    _expect(node, {"coordinate_transformation_mode": b"half_pixel", "nearest_mode": b"round_prefer_floor", **a}, nearest)
    whole = sizes or [round(size * scale) for size, scale in zip(x.shape, scales, strict=True)]
    if whole[:2] != list(x.shape[:2]) or any(to % size for to, size in zip(whole, x.shape, strict=True)):
        raise Unsupported(f"{node.op_type} {node.name}: {list(x.shape)} becomes {whole}; expected multiples of an image")
    return functional.interpolate(x, size=whole[2:], mode="nearest")


def _reshape(node, a, x, shape):
    _expect(node, a, {"allowzero": 0})
    return x.reshape([x.shape[axis] if size == 0 else size for axis, size in enumerate(shape)])


def _slice(_node, _a, x, starts, ends, axes=None, steps=None):
    for at, axis in enumerate(axes or range(len(starts))):
        picked = [slice(None)] * x.ndim
        picked[axis] = slice(starts[at], ends[at], steps[at] if steps else 1)
        x = x[tuple(picked)]
    return x


def _split(node, a, x, sizes=None):
    return x.split(sizes or x.shape[a["axis"]] // len(node.output), dim=a["axis"])


OPERATORS = {
    "Add": lambda _node, _a, x, y: x + y,
    "Concat": lambda _node, a, *parts: torch.cat(parts, a["axis"]),
    "Conv": _conv,
    "Div": lambda _node, _a, x, y: x / y,
    "MaxPool": _max_pool,
    "Mul": lambda _node, _a, x, y: x * y,
    "Reshape": _reshape,
    "Resize": _resize,
    "Sigmoid": lambda _node, _a, x: torch.sigmoid(x),
    "Slice": _slice,
    "Softmax": lambda _node, a, x: torch.softmax(x, a["axis"]),
    "Split": _split,
    "Sub": lambda _node, _a, x, y: x - y,
    "Transpose": lambda _node, a, x: x.permute(a["perm"]),
}


class OnnxModule(nn.Module):
    """A graph with one input, of the fixed `shape`. Its weights are buffers; other constants are numbers of the program.

    Raises Unsupported for an operator that is not in OPERATORS, and for an input of an open size.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        graph = onnx.load(path).graph
        [port] = graph.input
        self.shape = [dim.dim_value for dim in port.type.tensor_type.shape.dim]
        if 0 in self.shape:
            raise Unsupported(f"{path}: the input {port.name} has an open size; expected fixed ones")
        unknown = {node.op_type for node in graph.node} - OPERATORS.keys()
        if unknown:
            raise Unsupported(f"{path}: {', '.join(sorted(unknown))}; this module has {', '.join(OPERATORS)}")
        self.port = port.name
        self.results = [output.name for output in graph.output]
        self.steps = [
            (node, {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}) for node in graph.node
        ]
        self.weights = {}
        self.constants = {}
        for at, tensor in enumerate(graph.initializer):
            value = numpy_helper.to_array(tensor)
            # Sizes and scales, which are one-dimensional arguments of operators, are no tensors in PyTorch.
            if value.dtype == "int64" or self._is_scales(tensor.name):
                self.constants[tensor.name] = value.tolist()
            else:
                self.weights[tensor.name] = f"weight{at}"
                self.register_buffer(f"weight{at}", torch.from_numpy(value.copy()))

    def _is_scales(self, name: str) -> bool:
        return any(node.op_type == "Resize" and name in list(node.input)[1:] for node, _ in self.steps)

    def forward(self, x: torch.Tensor):
        values = {"": None, self.port: x, **self.constants}
        values |= {name: getattr(self, buffer) for name, buffer in self.weights.items()}
        for node, attributes in self.steps:
            found = OPERATORS[node.op_type](node, attributes, *(values[name] for name in node.input))
            values |= zip(node.output, found if isinstance(found, tuple) else (found,), strict=True)
        found = tuple(values[name] for name in self.results)
        return found if len(found) > 1 else found[0]
