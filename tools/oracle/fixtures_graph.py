"""Records PyTorch's outputs of single operators: packages/graph/fixtures/operators.{json,bin}.

Every case is an ONNX node (operator, opset, attributes, inputs) and PyTorch's outputs for the same
inputs, computed in float64 and rounded once to float32: the interpreter of @samoyed/graph works that way too, so the
comparison may be strict. Run it with the oracle's Python, without arguments; the output is the same every time.

Long, because it is a list of cases, operator by operator.
"""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

FOLDER = Path(__file__).resolve().parents[2] / "packages" / "graph" / "fixtures"
OPSET = 17

torch.set_num_threads(1)
cases = []
data = bytearray()


def store(array):
    """Appends an array to the data file and returns its location."""
    array = np.array(array, order="C")  # ascontiguousarray would give a scalar an axis
    while len(data) % 8:
        data.append(0)
    entry = {"dtype": str(array.dtype), "shape": list(array.shape), "offset": len(data)}
    data.extend(array.tobytes())
    return entry


def random(*shape, seed, low=-2.0, high=2.0):
    generator = np.random.default_rng(seed)
    return generator.uniform(low, high, shape).astype(np.float32)


def case(name, op, inputs, outputs, *, opset=OPSET, constants=(), **attributes):
    """`constants` lists the positions of inputs that are initializers, such as axes and pads."""
    cases.append({
        "name": name,
        "op": op,
        "opset": opset,
        "attributes": attributes,
        "constants": list(constants),
        "inputs": [None if array is None else store(np.asarray(array)) for array in inputs],
        "outputs": [store(np.asarray(array)) for array in outputs],
    })


def exact(function, *arrays):
    """Computes PyTorch's result in float64, rounded to float32."""
    tensors = [None if array is None else torch.from_numpy(np.asarray(array)).double() for array in arrays]
    with torch.no_grad():
        return function(*tensors).float().numpy()


def convolutions():
    layouts = [
        # name, N, C, spatial, M, kernel, stride, pad, dilation, group, bias
        ("1x1", 2, 6, (5, 7), 4, (1, 1), (1, 1), (0, 0), (1, 1), 1, True),
        ("3x3_pad", 1, 3, (8, 8), 5, (3, 3), (1, 1), (1, 1), (1, 1), 1, True),
        ("7x7_stride2", 1, 3, (23, 21), 4, (7, 7), (2, 2), (3, 3), (1, 1), 1, False),
        ("3x3_stride2_grouped", 2, 8, (9, 10), 12, (3, 3), (2, 2), (1, 1), (1, 1), 4, False),
        ("depthwise_stride2", 1, 6, (7, 7), 6, (3, 3), (2, 2), (0, 0), (1, 1), 6, True),
        ("depthwise_multiplier", 1, 3, (7, 6), 6, (3, 3), (1, 1), (1, 1), (1, 1), 3, True),
        ("dilated", 1, 4, (11, 12), 3, (3, 3), (1, 1), (2, 2), (2, 2), 1, True),
        ("dilated_strided_grouped", 1, 4, (13, 12), 6, (3, 2), (2, 3), (2, 1), (3, 2), 2, True),
        ("asymmetric_kernel", 1, 2, (6, 9), 3, (1, 5), (1, 2), (0, 2), (1, 1), 1, True),
        ("1d", 2, 1, (16,), 1, (3,), (1,), (1,), (1,), 1, False),
        ("3d", 1, 2, (5, 6, 7), 3, (3, 2, 3), (2, 1, 2), (1, 0, 1), (1, 1, 1), 1, True),
    ]
    functions = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
    for seed, (name, n, c, spatial, m, kernel, stride, pad, dilation, group, bias) in enumerate(layouts):
        x = random(n, c, *spatial, seed=seed)
        w = random(m, c // group, *kernel, seed=1000 + seed)
        b = random(m, seed=2000 + seed) if bias else None
        function = functions[len(spatial)]
        y = exact(lambda x, w, b: function(x, w, b, stride=stride, padding=pad, dilation=dilation, groups=group), x, w, b)
        case(f"conv_{name}", "Conv", [x, w] + ([b] if bias else []), [y], kernel_shape=kernel, strides=stride,
             pads=[*pad, *pad], dilations=dilation, group=group)
    x, w = random(1, 2, 6, 5, seed=50), random(3, 2, 3, 3, seed=51)
    case("conv_uneven_pads", "Conv", [x, w], [exact(lambda x, w: F.conv2d(F.pad(x, (1, 2, 0, 3)), w), x, w)],
         pads=[0, 1, 3, 2])
    x, w = random(1, 2, 7, 8, seed=52), random(3, 2, 3, 3, seed=53)
    # SAME_UPPER puts the odd padding at the end, SAME_LOWER at the beginning (7: 1 + 1, 8: 0 + 1 at stride 2).
    case("conv_same_upper", "Conv", [x, w], [exact(lambda x, w: F.conv2d(F.pad(x, (0, 1, 1, 1)), w, stride=2), x, w)],
         auto_pad="SAME_UPPER", strides=[2, 2])
    case("conv_same_lower", "Conv", [x, w], [exact(lambda x, w: F.conv2d(F.pad(x, (1, 0, 1, 1)), w, stride=2), x, w)],
         auto_pad="SAME_LOWER", strides=[2, 2])
    case("conv_valid", "Conv", [x, w], [exact(lambda x, w: F.conv2d(x, w, stride=2), x, w)],
         auto_pad="VALID", strides=[2, 2])


def normalizations():
    x = random(2, 5, 4, 3, seed=100)
    scale, bias, mean = (random(5, seed=101 + i) for i in range(3))
    variance = random(5, seed=104, low=0.1, high=3)
    norm = exact(lambda x, g, b, m, v: F.batch_norm(x, m, v, g, b, eps=float(np.float32(1e-3))), x, scale, bias, mean, variance)
    case("batch_norm", "BatchNormalization", [x, scale, bias, mean, variance], [norm], epsilon=1e-3)
    default = exact(lambda x, g, b, m, v: F.batch_norm(x, m, v, g, b, eps=float(np.float32(1e-5))), x, scale, bias, mean, variance)
    case("batch_norm_default_epsilon", "BatchNormalization", [x, scale, bias, mean, variance], [default])
    flat = random(7, 5, seed=105)
    y = exact(lambda x, g, b, m, v: F.batch_norm(x, m, v, g, b, eps=float(np.float32(1e-5))), flat, scale, bias, mean, variance)
    case("batch_norm_1d", "BatchNormalization", [flat, scale, bias, mean, variance], [y])
    g, b = random(4, 3, seed=106), random(4, 3, seed=107)
    y = exact(lambda x, g, b: F.layer_norm(x, (4, 3), g, b, eps=float(np.float32(1e-6))), x, g, b)
    case("layer_norm", "LayerNormalization", [x, g, b], [y], axis=2, epsilon=1e-6)
    g1 = random(3, seed=108)
    y = exact(lambda x, g: F.layer_norm(x, (3,), g, eps=float(np.float32(1e-5))), x, g1)
    case("layer_norm_no_bias", "LayerNormalization", [x, g1], [y])
    y = exact(lambda x, g, b: F.instance_norm(x, weight=g, bias=b, eps=float(np.float32(1e-5))), x, scale, bias)
    case("instance_norm", "InstanceNormalization", [x, scale, bias], [y])
    six = random(2, 6, 3, 3, seed=109)
    g6, b6 = random(6, seed=110), random(6, seed=111)
    y = exact(lambda x, g, b: F.group_norm(x, 3, g, b, eps=float(np.float32(1e-5))), six, g6, b6)
    case("group_norm", "GroupNormalization", [six, g6, b6], [y], opset=21, num_groups=3)
    alpha, beta = float(np.float32(1e-4)), float(np.float32(0.75))
    y = exact(lambda x: F.local_response_norm(x, 3, alpha=alpha, beta=beta, k=2), six)
    case("lrn", "LRN", [six], [y], size=3, alpha=1e-4, beta=0.75, bias=2.0)


def pools():
    x = random(2, 3, 11, 10, seed=200)
    for name, kernel, stride, pad, dilation, ceil in [
        ("max_3x3_stride2", (3, 3), (2, 2), (1, 1), (1, 1), False),
        ("max_3x3_stride2_ceil", (3, 3), (2, 2), (0, 0), (1, 1), True),
        ("max_ceil_drops_window", (2, 2), (2, 2), (1, 1), (1, 1), True),
        ("max_dilated", (3, 2), (1, 2), (1, 0), (2, 3), False),
        ("max_dilated_ceil", (3, 2), (3, 2), (1, 1), (2, 3), True),
    ]:
        t = torch.from_numpy(x)
        y, indices = F.max_pool2d(t, kernel, stride, pad, dilation, ceil, return_indices=True)
        # PyTorch counts within one channel's plane, ONNX within the whole tensor.
        offsets = (torch.arange(6) * 110).reshape(2, 3, 1, 1)
        case(name, "MaxPool", [x], [y.numpy(), (indices + offsets).numpy()], kernel_shape=kernel, strides=stride,
             pads=[*pad, *pad], dilations=dilation, ceil_mode=int(ceil))
    for name, kernel, stride, pad in [
        ("avg_2x2", (2, 2), (2, 2), (0, 0)),
        ("avg_3x3_pad", (3, 3), (2, 2), (1, 1)),
        ("avg_3x2_uneven", (3, 2), (3, 1), (1, 0)),
        ("avg_4x4_pad", (4, 4), (3, 3), (2, 1)),
    ]:
        for ceil in (False, True):
            for include in (False, True):
                y = exact(lambda x: F.avg_pool2d(x, kernel, stride, pad, ceil, include), x)
                case(f"{name}{'_ceil' if ceil else ''}{'_include' if include else ''}", "AveragePool", [x], [y],
                     kernel_shape=kernel, strides=stride, pads=[*pad, *pad], ceil_mode=int(ceil), count_include_pad=int(include))
    line = random(1, 4, 9, seed=201)
    y = exact(lambda x: F.avg_pool1d(x, 3, 2, 1, False, False), line)
    case("avg_1d", "AveragePool", [line], [y], kernel_shape=[3], strides=[2], pads=[1, 1])
    cube = random(1, 2, 5, 4, 6, seed=202)
    y = exact(lambda x: F.avg_pool3d(x, 2, 2, 0, True), cube)
    case("avg_3d_ceil", "AveragePool", [cube], [y], kernel_shape=[2, 2, 2], strides=[2, 2, 2], ceil_mode=1)
    y = exact(lambda x: F.max_pool3d(x, (2, 3, 2), 1), cube)
    case("max_3d", "MaxPool", [cube], [y], kernel_shape=[2, 3, 2])
    case("global_average", "GlobalAveragePool", [x], [exact(lambda x: F.adaptive_avg_pool2d(x, 1), x)])
    case("global_max", "GlobalMaxPool", [x], [exact(lambda x: F.adaptive_max_pool2d(x, 1), x)])
    case("lp_pool", "LpPool", [x], [exact(lambda x: F.lp_pool2d(x.abs(), 3, 2, 2), x)], kernel_shape=[2, 2],
         strides=[2, 2], p=3)


def paddings():
    x = random(2, 3, 5, 6, seed=300)
    modes = {"constant": "constant", "reflect": "reflect", "edge": "replicate"}
    for onnx_mode, torch_mode in modes.items():
        y = exact(lambda x: F.pad(x, (1, 2, 3, 0), mode=torch_mode), x)
        pads = np.array([0, 0, 3, 1, 0, 0, 0, 2], np.int64)
        case(f"pad_{onnx_mode}", "Pad", [x, pads], [y], constants=[1], mode=onnx_mode)
        case(f"pad_{onnx_mode}_opset10", "Pad", [x], [y], opset=10, mode=onnx_mode, pads=pads.tolist())
        axes = np.array([-1, 2], np.int64)
        case(f"pad_{onnx_mode}_axes", "Pad", [x, np.array([1, 3, 2, 0], np.int64), None, axes], [y], opset=18,
             constants=[1, 3], mode=onnx_mode)
    y = exact(lambda x: F.pad(x, (1, 2, 3, 0), mode="circular"), x)
    case("pad_wrap", "Pad", [x, np.array([0, 0, 3, 1, 0, 0, 0, 2], np.int64)], [y], opset=19, constants=[1], mode="wrap")
    y = exact(lambda x: F.pad(x, (1, -2, 0, 1, 2, 0), value=2.5), x)
    case("pad_value_and_crop", "Pad", [x, np.array([0, 2, 0, 1, 0, 0, 1, -2], np.int64), np.float32(2.5)], [y], constants=[1, 2])


def activations():
    x = random(3, 40, seed=400, low=-6, high=6)
    x[0, :5] = [0.0, -0.0, 3.0, -3.0, 1e-20]
    functions = {
        "Relu": torch.relu, "Sigmoid": torch.sigmoid, "Tanh": torch.tanh, "Exp": torch.exp, "Erf": torch.erf,
        "Abs": torch.abs, "Neg": torch.neg, "Sign": torch.sign, "Floor": torch.floor, "Ceil": torch.ceil,
        "Round": torch.round, "Sin": torch.sin, "Cos": torch.cos, "Tan": torch.tan, "Atan": torch.atan, "Sinh": torch.sinh,
        "Cosh": torch.cosh, "Asinh": torch.asinh, "Softplus": lambda x: F.softplus(x, threshold=1e9),
        "Softsign": F.softsign, "Selu": None, "HardSwish": F.hardswish,
    }
    for op, function in functions.items():
        if function is not None:
            case(op.lower(), op, [x], [exact(function, x)])
    # Selu's constants are float32 in ONNX and double in PyTorch, so the formula is written out.
    alpha, gamma = float(np.float32(1.67326319217681884765625)), float(np.float32(1.05070102214813232421875))
    case("selu", "Selu", [x], [exact(lambda x: gamma * torch.where(x > 0, x, alpha * torch.expm1(x)), x)])
    case("mish", "Mish", [x], [exact(F.mish, x)], opset=18)
    # F.gelu computes 1 + erf(x / sqrt 2), which cancels for negative x even in float64; erfc does not.
    case("gelu", "Gelu", [x], [exact(lambda x: 0.5 * x * torch.erfc(-x / 2**0.5), x)], opset=20)
    case("gelu_tanh", "Gelu", [x], [exact(lambda x: F.gelu(x, approximate="tanh"), x)], opset=20, approximate="tanh")
    slope = float(np.float32(0.1))
    case("leaky_relu", "LeakyRelu", [x], [exact(lambda x: F.leaky_relu(x, slope), x)], alpha=0.1)
    case("elu", "Elu", [x], [exact(lambda x: F.elu(x, 1.5), x)], alpha=1.5)
    case("celu", "Celu", [x], [exact(lambda x: F.celu(x, 1.5), x)], alpha=1.5)
    sixth = float(np.float32(1 / 6))
    case("hard_sigmoid", "HardSigmoid", [x], [exact(lambda x: (x * sixth + 0.5).clamp(0, 1), x)], alpha=1 / 6)
    fifth, hundredth = float(np.float32(0.2)), float(np.float32(0.01))
    case("hard_sigmoid_default", "HardSigmoid", [x], [exact(lambda x: (x * fifth + 0.5).clamp(0, 1), x)])
    case("leaky_relu_default", "LeakyRelu", [x], [exact(lambda x: F.leaky_relu(x, hundredth), x)])
    case("elu_default", "Elu", [x], [exact(F.elu, x)])
    case("celu_default", "Celu", [x], [exact(F.celu, x)])
    case("thresholded_relu_default", "ThresholdedRelu", [x], [exact(lambda x: F.threshold(x, 1, 0), x)])
    case("swish_default", "Swish", [x], [exact(F.silu, x)], opset=24)
    case("shrink_default", "Shrink", [x], [exact(lambda x: torch.where(x.abs() > 0.5, x, torch.zeros_like(x)), x)])
    case("shrink", "Shrink", [x], [exact(lambda x: F.softshrink(x, 1.5), x)], lambd=1.5, bias=1.5)
    weight = random(40, seed=401)
    case("prelu", "PRelu", [x, weight], [exact(lambda x, w: torch.where(x < 0, x * w, x), x, weight)])
    small = random(4, 9, seed=405, low=-0.99, high=0.99)
    for op, function in {"Asin": torch.asin, "Acos": torch.acos, "Atanh": torch.atanh}.items():
        case(op.lower(), op, [small], [exact(function, small)])
    case("acosh", "Acosh", [np.abs(x) + 1], [exact(torch.acosh, np.abs(x) + 1)])
    positive = random(4, 9, seed=402, low=0.01, high=9)
    case("sqrt", "Sqrt", [positive], [exact(torch.sqrt, positive)])
    case("log", "Log", [positive], [exact(torch.log, positive)])
    case("reciprocal", "Reciprocal", [positive], [exact(torch.reciprocal, positive)])
    case("clip6", "Clip", [x, np.float32(0), np.float32(6)], [exact(lambda x: x.clamp(0, 6), x)], constants=[1, 2])
    case("clip_opset6", "Clip", [x], [exact(lambda x: x.clamp(-1, 2), x)], opset=6, min=-1.0, max=2.0)
    case("softmax", "Softmax", [x], [exact(lambda x: torch.softmax(x, 1), x)])
    cube = random(2, 3, 4, seed=403)
    case("softmax_axis1", "Softmax", [cube], [exact(lambda x: torch.softmax(x, 1), cube)], axis=1)
    case("softmax_opset11", "Softmax", [cube], [exact(lambda x: torch.softmax(x.flatten(1), 1).view(x.shape), cube)], opset=11)
    case("log_softmax", "LogSoftmax", [cube], [exact(lambda x: torch.log_softmax(x, 0), cube)], axis=0)


def arithmetic():
    a, b = random(2, 3, 4, 5, seed=500), random(3, 1, 5, seed=501)
    for op, function in {"Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div,
                         "Max": torch.maximum, "Min": torch.minimum}.items():
        case(f"{op.lower()}_broadcast", op, [a, b], [exact(function, a, b)])
    base, exponent = random(3, 4, seed=502, low=0.1, high=3), random(4, seed=503)
    case("pow", "Pow", [base, exponent], [exact(torch.pow, base, exponent)])
    case("mean_of_three", "Mean", [a, a * 2, b], [exact(lambda a, c, b: (a + c + b) / 3, a, a * 2, b)])
    x, w, c = random(4, 7, seed=504), random(5, 7, seed=505), random(5, seed=506)
    case("gemm_linear", "Gemm", [x, w, c], [exact(F.linear, x, w, c)], transB=1)
    alpha, beta = float(np.float32(0.7)), float(np.float32(1.3))
    case("gemm_transposed", "Gemm", [np.ascontiguousarray(x.T), np.ascontiguousarray(w.T), random(4, 1, seed=507)],
         [exact(lambda x, w, c: alpha * F.linear(x, w) + beta * c, x, w, random(4, 1, seed=507))],
         transA=1, alpha=0.7, beta=1.3)
    for name, left, right in [("2d", (3, 4), (4, 5)), ("batched", (2, 1, 3, 4), (5, 4, 2)), ("vector_left", (4,), (2, 4, 3)),
                              ("vector_right", (2, 3, 4), (4,)), ("dot", (4,), (4,))]:
        m, n = random(*left, seed=508), random(*right, seed=509)
        case(f"matmul_{name}", "MatMul", [m, n], [exact(torch.matmul, m, n)])


def reductions():
    x = random(2, 3, 4, 5, seed=600, low=0.1, high=2)
    functions = {"Mean": torch.mean, "Sum": torch.sum, "Max": torch.amax, "Min": torch.amin, "LogSumExp": torch.logsumexp,
                 "L1": lambda x, d, k: x.abs().sum(d, keepdim=k), "L2": lambda x, d, k: x.square().sum(d, keepdim=k).sqrt(),
                 "SumSquare": lambda x, d, k: x.square().sum(d, keepdim=k)}
    for op, function in functions.items():
        for keep in (0, 1):
            y = exact(lambda x: function(x, (1, 3), bool(keep)) if op in ("L1", "L2", "SumSquare")
                      else function(x, (1, 3), keepdim=bool(keep)), x)
            axes = np.array([1, -1], np.int64)
            case(f"reduce_{op.lower()}_keep{keep}_opset18", f"Reduce{op}", [x, axes], [y], opset=18, constants=[1], keepdims=keep)
            if op == "Sum":
                case(f"reduce_sum_keep{keep}_opset13", "ReduceSum", [x, axes], [y], opset=13, constants=[1], keepdims=keep)
                case(f"reduce_sum_keep{keep}_opset11", "ReduceSum", [x], [y], opset=11, axes=[1, -1], keepdims=keep)
            else:
                case(f"reduce_{op.lower()}_keep{keep}", f"Reduce{op}", [x], [y], axes=[1, -1], keepdims=keep)
    case("reduce_all", "ReduceMean", [x], [exact(lambda x: x.mean(), x)], keepdims=0)
    t = torch.from_numpy(x)
    case("argmax", "ArgMax", [x], [t.argmax(2, keepdim=True).numpy()], axis=2)
    case("argmin_no_keep", "ArgMin", [x], [t.argmin(1).numpy()], axis=1, keepdims=0)


def movements():
    x = random(2, 8, 3, 4, seed=700)
    t = torch.from_numpy(x)
    case("transpose", "Transpose", [x], [t.permute(0, 2, 3, 1).contiguous().numpy()], perm=[0, 2, 3, 1])
    case("concat", "Concat", [x, x[:, :3]], [torch.cat([t, t[:, :3]], 1).numpy()], axis=1)
    case("split", "Split", [x, np.array([1, 4, 3], np.int64)], [p.contiguous().numpy() for p in t.split([1, 4, 3], 1)], axis=1, constants=[1])
    case("slice", "Slice", [x, *(np.array(v, np.int64) for v in ([1, 10], [7, -20], [1, 3], [2, -1]))],
         [np.ascontiguousarray(x[:, 1:7:2, :, ::-1])], constants=[1, 2, 3, 4])
    case("gather", "Gather", [x, np.array([[0, -1], [2, 2]], np.int64)], [t[:, [[0, -1], [2, 2]]].contiguous().numpy()], axis=1)
    case("pixel_shuffle", "DepthToSpace", [x], [F.pixel_shuffle(t, 2).numpy()], blocksize=2, mode="CRD")
    square = random(1, 2, 4, 6, seed=701)
    # PyTorch orders the blocks' channels after the image's, ONNX before.
    blocks = square.reshape(1, 2, 2, 2, 3, 2).transpose(0, 3, 5, 1, 2, 4).reshape(1, 8, 2, 3)
    case("space_to_depth", "SpaceToDepth", [square], [np.ascontiguousarray(blocks)], blocksize=2)
    case("expand", "Expand", [random(3, 1, seed=702), np.array([2, 1, 4], np.int64)],
         [np.ascontiguousarray(np.broadcast_to(random(3, 1, seed=702), (2, 3, 4)))], constants=[1])
    case("tile", "Tile", [x, np.array([1, 2, 1, 3], np.int64)], [t.repeat(1, 2, 1, 3).numpy()], constants=[1])
    case("reshape_zero_minus_one", "Reshape", [x, np.array([0, 2, -1], np.int64)], [x.reshape(2, 2, 48)], constants=[1])
    case("flatten_axis2", "Flatten", [x], [x.reshape(16, 12)], axis=2)
    case("cast_float_to_int", "Cast", [random(20, seed=703, low=-9, high=9)],
         [torch.from_numpy(random(20, seed=703, low=-9, high=9)).to(torch.int32).numpy()], to=6)
    case("cast_float_to_half", "Cast", [x], [t.half().numpy()], to=10)


def transposed_convolutions():
    for seed, (name, c, m, spatial, kernel, stride, pad, extra, dilation, group) in enumerate([
        ("stride2", 3, 4, (5, 4), (3, 3), (2, 2), (1, 1), (1, 1), (1, 1), 1),
        ("grouped_dilated", 4, 6, (4, 5), (2, 3), (1, 2), (0, 2), (0, 0), (2, 1), 2),
        ("1d", 2, 3, (6,), (4,), (3,), (1,), (0,), (1,), 1),
    ]):
        x, w, b = random(2, c, *spatial, seed=800 + seed), random(c, m // group, *kernel, seed=810 + seed), random(m, seed=820 + seed)
        function = F.conv_transpose1d if len(spatial) == 1 else F.conv_transpose2d
        y = exact(lambda x, w, b: function(x, w, b, stride, pad, extra, group, dilation), x, w, b)
        case(f"conv_transpose_{name}", "ConvTranspose", [x, w, b], [y], strides=stride, pads=[*pad, *pad],
             output_padding=extra, dilations=dilation, group=group)


def resizing():
    x = random(1, 2, 6, 5, seed=900)
    sizes = np.array([1, 2, 9, 4], np.int64)
    none = np.zeros(0, np.float32)
    for name, mode, attributes in [
        ("linear", "bilinear", {"mode": "linear", "coordinate_transformation_mode": "pytorch_half_pixel"}),
        ("linear_corners", "bilinear", {"mode": "linear", "coordinate_transformation_mode": "align_corners"}),
        ("cubic", "bicubic", {"mode": "cubic", "cubic_coeff_a": -0.75}),
        ("cubic_corners", "bicubic", {"mode": "cubic", "coordinate_transformation_mode": "align_corners"}),
        ("nearest", "nearest", {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}),
        ("nearest_exact", "nearest-exact", {"nearest_mode": "round_prefer_ceil"}),
    ]:
        corners = "corners" in name
        y = exact(lambda x: F.interpolate(x, size=(9, 4), mode=mode, align_corners=corners if "bi" in mode else None), x)
        case(f"resize_{name}", "Resize", [x, None, none, sizes], [y], constants=[2, 3], **attributes)
    for name, mode in [("linear", "bilinear"), ("cubic", "bicubic")]:
        y = exact(lambda x: F.interpolate(x, size=(3, 2), mode=mode, antialias=True), x)
        case(f"resize_{name}_antialias", "Resize", [x, None, none, np.array([1, 2, 3, 2], np.int64)], [y], opset=18,
             constants=[2, 3], mode=name, antialias=1, exclude_outside=1, cubic_coeff_a=-0.5)
    y = exact(lambda x: F.interpolate(x, scale_factor=2.0, mode="nearest"), x)
    case("upsample_opset9", "Upsample", [x, np.array([1, 1, 2, 2], np.float32)], [y], opset=9, constants=[1])
    case("upsample_opset7", "Upsample", [x], [y], opset=7, scales=[1.0, 1.0, 2.0, 2.0])


def choices():
    x = random(3, 4, 5, seed=950)
    t = torch.from_numpy(x)
    values, places = t.topk(3, dim=1)
    case("topk", "TopK", [x, np.array([3], np.int64)], [values.contiguous().numpy(), places.contiguous().numpy()], axis=1, constants=[1])
    values, places = t.topk(2, dim=-1, largest=False)
    case("topk_smallest", "TopK", [x, np.array([2], np.int64)], [values.numpy(), places.numpy()], largest=0, constants=[1])
    index = np.random.default_rng(951).integers(-4, 4, (3, 2, 5))
    case("gather_elements", "GatherElements", [x, index], [torch.gather(t, 1, torch.from_numpy(index) % 4).numpy()], axis=1)
    case("cumsum", "CumSum", [x, np.array(1, np.int64)], [exact(lambda x: x.cumsum(1), x)], constants=[1])
    case("trilu_lower", "Trilu", [x, np.array(-1, np.int64)], [torch.tril(t, -1).numpy()], upper=0, constants=[1])
    labels = np.array([[0, 3], [2, -1]], np.int64)
    hot = F.one_hot(torch.from_numpy(labels) % 4, 4).float().numpy()
    case("one_hot", "OneHot", [labels, np.array(4, np.int64), np.array([0, 1], np.float32)], [hot], constants=[1])
    a, b = random(2, 3, 4, seed=952), random(2, 4, 5, seed=953)
    case("einsum_batched", "Einsum", [a, b], [exact(lambda a, b: torch.einsum("bij,bjk->bik", a, b), a, b)], equation="bij,bjk->bik")
    case("einsum_ellipsis", "Einsum", [a, b], [exact(lambda a, b: torch.einsum("...ij,...jk", a, b), a, b)], equation="...ij,...jk")
    square = random(4, 4, seed=954)
    case("einsum_trace", "Einsum", [square], [exact(lambda x: torch.einsum("ii", x), square)], equation="ii")


def quantizing():
    x = random(3, 4, 2, seed=960, low=-3, high=3)
    scale = random(4, seed=961, low=0.01, high=0.05)
    zero = np.array([0, 3, 128, 255], np.uint8)
    shift = torch.from_numpy(zero).reshape(1, 4, 1)
    quantized = torch.round(torch.from_numpy(x) / torch.from_numpy(scale).reshape(1, 4, 1)) + shift
    stored = quantized.clamp(0, 255).to(torch.uint8).numpy()
    wide = stored.astype(np.float64) - zero.reshape(1, 4, 1)
    case("dequantize_per_channel", "DequantizeLinear", [stored, scale, zero],
         [(wide * scale.astype(np.float64).reshape(1, 4, 1)).astype(np.float32)], axis=1)
    case("quantize_per_channel", "QuantizeLinear", [x, scale, zero], [stored], axis=1)


def onnx_gates(tensor, order):
    """Reorders PyTorch's gates, which are equal parts of the first axis."""
    parts = torch.from_numpy(tensor).chunk(len(order))
    return torch.cat([parts[at] for at in order]).numpy()


def recurrences():
    for seed, (name, op, order, kind, options, attributes) in enumerate([
        # PyTorch's gates are i f g o; ONNX's i o f c. PyTorch's r z n are ONNX's z r h.
        ("lstm", "LSTM", (0, 3, 1, 2), torch.nn.LSTM, {"bidirectional": True}, {"direction": "bidirectional"}),
        ("lstm_no_bias", "LSTM", (0, 3, 1, 2), torch.nn.LSTM, {"bias": False}, {}),
        ("gru", "GRU", (1, 0, 2), torch.nn.GRU, {"bidirectional": True}, {"direction": "bidirectional", "linear_before_reset": 1}),
        ("rnn", "RNN", (0,), torch.nn.RNN, {}, {}),
        ("rnn_relu", "RNN", (0,), torch.nn.RNN, {"nonlinearity": "relu"}, {"activations": ["Relu"]}),
    ]):
        steps, batch, inputs, hidden = 4, 2, 3, 5
        module = kind(inputs, hidden, **options)
        directions = 2 if options.get("bidirectional") else 1
        own = {}
        for at, (key, value) in enumerate(module.named_parameters()):
            own[key] = random(*value.shape, seed=970 + 20 * seed + at, low=-1, high=1)
            value.data = torch.from_numpy(own[key])
        x, h, c = random(steps, batch, inputs, seed=1070 + seed), *(random(directions, batch, hidden, seed=1080 + seed + at) for at in (0, 9))
        states = (h, c) if op == "LSTM" else (h,)
        double = [torch.from_numpy(state).double() for state in states]
        with torch.no_grad():
            y, last = module.double()(torch.from_numpy(x).double(), tuple(double) if op == "LSTM" else double[0])
        y = y.reshape(steps, batch, directions, hidden).permute(0, 2, 1, 3).float().contiguous().numpy()
        last = [state.float().numpy() for state in (last if op == "LSTM" else (last,))]
        names = [[f"{part}_l0{suffix}" for suffix in ("", "_reverse")[:directions]] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        gated = [[onnx_gates(own[key], order) for key in keys if key in own] for keys in names]
        w, r = np.stack(gated[0]), np.stack(gated[1])
        b = np.stack([np.concatenate(pair) for pair in zip(gated[2], gated[3])]) if gated[2] else None
        case(name, op, [x, w, r, b, None, *states], [y, *last], hidden_size=hidden, **attributes)


def places():
    x, updates = random(3, 4, 5, seed=1100), random(2, 4, 5, seed=1101)
    t, u = torch.from_numpy(x), torch.from_numpy(updates)
    index = np.stack([np.random.default_rng(1102).permutation(3)[:2] for _ in range(20)], 1).reshape(2, 4, 5)
    i = torch.from_numpy(index)
    case("scatter", "ScatterElements", [x, index, updates], [t.scatter(0, i, u).numpy()])
    again = torch.zeros_like(i)
    case("scatter_add", "ScatterElements", [x, again.numpy() - 1, updates],
         [t.double().scatter_add(0, again + 2, u.double()).float().numpy()], reduction="add")
    case("scatter_mul", "ScatterElements", [x, index[..., :2] % 4, updates[..., :2]],
         [t.double().scatter_reduce(0, i[..., :2], u[..., :2].double(), "prod").float().numpy()], reduction="mul")
    for reduction in ("max", "min"):
        y = t.scatter_reduce(0, again, u, f"a{reduction}").numpy()
        case(f"scatter_{reduction}", "ScatterElements", [x, again.numpy(), updates], [y], opset=18, reduction=reduction)
    pairs = np.array([[[0, 3], [2, -1]], [[1, 0], [-1, 1]]], np.int64)
    p = torch.from_numpy(pairs)
    case("gather_nd", "GatherND", [x, pairs], [t[p[..., 0], p[..., 1]].numpy()])
    case("gather_nd_batch", "GatherND", [x, np.array([[1], [-1], [0]], np.int64)], [t[torch.arange(3), torch.tensor([1, -1, 0])].numpy()], batch_dims=1)
    rows = random(2, 2, 5, seed=1103)
    case("scatter_nd", "ScatterND", [x, pairs, rows], [t.index_put((p[..., 0], p[..., 1]), torch.from_numpy(rows)).numpy()])
    same = np.array([[1], [1]], np.int64)
    y = t.double().index_put((torch.tensor([1, 1]),), u.double(), accumulate=True).float().numpy()
    case("scatter_nd_add", "ScatterND", [x, same, updates], [y], reduction="add")


def attentions():
    q, k, v = (random(2, 4, 3, 8, seed=1130), random(2, 4, 5, 8, seed=1131), random(2, 4, 5, 6, seed=1132))
    bias, keep = random(3, 5, seed=1133), np.random.default_rng(1134).random((2, 1, 3, 5)) > 0.4
    keep[..., 0] = True
    attend = lambda q, k, v, **options: exact(lambda q, k, v: F.scaled_dot_product_attention(q, k, v, **options), q, k, v)  # noqa: E731
    case("attention", "Attention", [q, k, v], [attend(q, k, v)], opset=23)
    case("attention_bias", "Attention", [q, k, v, bias], [attend(q, k, v, attn_mask=torch.from_numpy(bias).double())], opset=23)
    case("attention_mask", "Attention", [q, k, v, keep], [attend(q, k, v, attn_mask=torch.from_numpy(keep))], opset=23)
    case("attention_causal", "Attention", [q, k, v], [attend(q, k, v, is_causal=True)], opset=23, is_causal=1)
    case("attention_scale", "Attention", [q, k, v], [attend(q, k, v, scale=0.25)], opset=23, scale=0.25)
    case("attention_grouped", "Attention", [q, k[:, :2], v[:, :2]], [attend(q, k[:, :2], v[:, :2], enable_gqa=True)], opset=23)
    flat = [x.transpose(0, 2, 1, 3).reshape(2, x.shape[2], -1) for x in (q, k[:, :2], v[:, :2])]
    y = attend(q, k[:, :2], v[:, :2], enable_gqa=True, is_causal=True).transpose(0, 2, 1, 3).reshape(2, 3, -1)
    case("attention_flat", "Attention", flat, [y], opset=23, q_num_heads=4, kv_num_heads=2, is_causal=1)


def windows():
    for seed, (name, image, block, strides, dilations, pads) in enumerate([
        ("plain", (5, 6), (2, 3), (1, 1), (1, 1), (0, 0)), ("strided", (9, 8), (3, 2), (2, 3), (1, 2), (1, 1)),
    ]):
        counts = [(i + 2 * p - d * (k - 1) - 1) // s + 1 for i, k, s, d, p in zip(image, block, strides, dilations, pads)]
        x = random(2, 3 * block[0] * block[1], counts[0] * counts[1], seed=1120 + seed)
        y = exact(lambda x: F.fold(x, image, block, dilations, pads, strides), x)
        case(f"col2im_{name}", "Col2Im", [x, np.array(image, np.int64), np.array(block, np.int64)], [y], opset=18,
             constants=[1, 2], strides=strides, dilations=dilations, pads=[*pads, *pads])


def grids():
    x, grid = random(2, 3, 5, 4, seed=1110), random(2, 6, 3, 2, seed=1111, low=-1.8, high=1.8)
    for mode in ("bilinear", "nearest", "bicubic"):
        for padding in ("zeros", "border", "reflection"):
            for corners in (False, True):
                y = exact(lambda x, g: F.grid_sample(x, g, mode=mode, padding_mode=padding, align_corners=corners), x, grid)
                case(f"grid_{mode}_{padding}{'_corners' if corners else ''}", "GridSample", [x, grid], [y], opset=16,
                     mode=mode, padding_mode=padding, align_corners=int(corners))
    volume, grid = random(1, 2, 3, 4, 5, seed=1112), random(1, 2, 3, 2, 3, seed=1113, low=-1.2, high=1.2)
    y = exact(lambda x, g: F.grid_sample(x, g, align_corners=False), volume, grid)
    case("grid_volume", "GridSample", [volume, grid], [y], opset=20)


for group in (transposed_convolutions, resizing, choices, quantizing, convolutions, normalizations, pools, paddings, activations, arithmetic, reductions, movements, recurrences, places, windows, attentions, grids):
    group()

FOLDER.mkdir(parents=True, exist_ok=True)
(FOLDER / "operators.bin").write_bytes(data)
document = {"torch": torch.__version__, "numpy": np.__version__, "cases": cases}
lines = ",\n".join("    " + json.dumps(entry) for entry in cases)
header = json.dumps({key: value for key, value in document.items() if key != "cases"})[1:-1]
(FOLDER / "operators.json").write_text("{ " + header + ', "cases": [\n' + lines + "\n] }\n")
print(f"{len(cases)} cases, {len(data)} bytes")
