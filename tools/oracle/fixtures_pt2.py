"""Writes packages/format-pt2/fixtures: many operators in a few .pt2 files of real PyTorch, with what they compute.

Each file is one module whose result is a dictionary with one entry for each case, so that a case is named in the
graph's outputs. NAME.safetensors has its inputs ("input.x") and PyTorch's results ("output.case"): floats in float64,
computed by the same module in float64. Graph metadata (stack traces with paths and source lines) and example inputs are
dropped before saving.

    .venv/bin/python fixtures_pt2.py [NAME…]

Long, because it is a list: the cases of one theme after another.
"""

import sys
import types
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

FOLDER = Path(__file__).resolve().parents[2] / "packages" / "format-pt2" / "fixtures"
DYNAMIC = torch.export.Dim.DYNAMIC
fixtures = {}
# Those that are refused, and the one on the meta device, which has no weights.
UNCOMPUTED = {"refused", "stateful", "meta"}

torch.set_num_threads(1)


def random(*shape, seed=0, low=-2.0, high=2.0):
    generator = torch.Generator().manual_seed(seed + 100)
    return torch.rand(shape, generator=generator) * (high - low) + low


class Cases(nn.Module):
    """A function of the inputs and of named parameters, buffers and modules."""

    def __init__(self, function, parameters, buffers, modules):
        super().__init__()
        self.forward = types.MethodType(function, self)
        for name, value in parameters.items():
            self.register_parameter(name, nn.Parameter(value))
        for name, value in buffers.items():
            self.register_buffer(name, value)
        for name, value in modules.items():
            self.register_module(name, value)


def fixture(inputs, parameters={}, buffers={}, modules={}, dynamic=None, decompose=False, grad=False):
    """Registers a function as a fixture of its name."""

    def register(function):
        fixtures[function.__name__] = (function, inputs, (parameters, buffers, modules), dynamic, decompose, grad)
        return function

    return register


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


X = random(2, 3, 4)
Y = random(2, 3, 4, seed=1)
P = random(2, 3, 4, seed=2, low=0.1, high=3)
I = torch.tensor([[-7, -3, 2, 5], [0, 4, -1, 9], [8, -8, 6, -6]])  # noqa: E741
J = torch.tensor([[2, -2, 3, -3], [5, -5, 4, 1], [3, 3, -4, -4]])
IMAGE = random(2, 3, 9, 8, seed=3)


@fixture({"x": X, "y": Y, "p": P, "i": I, "j": J})
def arithmetic(self, x, y, p, i, j):
    half = x[0, 0, 0]
    return {
        "add": x + y, "add_alpha": torch.add(x, y, alpha=2), "add_scalar": x + 1.5, "add_int": i + 2, "add_mixed": i + 0.5,
        "add_int_tensors": x[0] + i, "add_bool": (x > 0) + (y > 0), "sub": x - y, "rsub": 1 - x,
        "rsub_alpha": torch.rsub(x, y, alpha=3), "mul": x * y, "mul_bool": (x > 0) * (y > 0), "mul_mask": x * (y > 0),
        "div": x / p, "div_int": i / j, "div_floor": torch.div(x, y, rounding_mode="floor"),
        "div_trunc": torch.div(x, y, rounding_mode="trunc"), "int_floor": i // j,
        "int_trunc": torch.div(i, j, rounding_mode="trunc"), "int_floor_scalar": i // 4, "remainder": torch.remainder(x, y),
        "int_remainder": i % j, "int_remainder_scalar": i % 4, "fmod": torch.fmod(x, y), "int_fmod": torch.fmod(i, j),
        "pow2": x**2, "pow3": x**3, "pow_half": p**0.5, "pow_minus": p**-0.5, "pow_inverse": p**-1, "pow_scalar": 2**x,
        "pow_tensor": p**y, "maximum": torch.maximum(x, y), "minimum": torch.minimum(x, y), "max_other": torch.max(x, y),
        "addcmul": torch.addcmul(x, y, p, value=0.5), "addcdiv": torch.addcdiv(x, y, p), "lerp": torch.lerp(x, y, 0.3),
        "lerp_tensor": torch.lerp(x, y, p), "zero_d": x + half, "zero_d_int": i + half,
    }


@fixture({"x": X, "p": P, "i": I, "u": random(2, 5, seed=4, low=-0.9, high=0.9)})
def unary(self, x, p, i, u):
    return {
        "abs": x.abs(), "neg": -x, "exp": x.exp(), "expm1": x.expm1(), "log": p.log(), "log2": p.log2(), "log10": p.log10(),
        "log1p": p.log1p(), "sqrt": p.sqrt(), "sqrt_int": i.abs().sqrt(), "rsqrt": p.rsqrt(), "reciprocal": p.reciprocal(),
        "square": x.square(), "sin": x.sin(), "cos": x.cos(), "tan": u.tan(), "asin": u.asin(), "acos": u.acos(),
        "atan": x.atan(), "sinh": x.sinh(), "cosh": x.cosh(), "asinh": x.asinh(), "acosh": (p + 1).acosh(), "atanh": u.atanh(),
        "erf": x.erf(), "erfc": x.erfc(), "floor": x.floor(), "ceil": x.ceil(), "round": (x * 4 / 4).round(),
        "trunc": x.trunc(), "sign": x.sign(), "isnan": (x / 0 * 0).isnan(), "isinf": (x / 0).isinf(), "bitwise_not": ~i,
        "bool_not": ~(x > 0), "abs_int": i.abs(), "floor_int": i.floor(), "sigmoid_int": i.sigmoid(),
    }


@fixture({"x": X, "y": Y, "i": I, "j": J})
def logic(self, x, y, i, j):
    mask = x > 0
    return {
        "eq": i == j, "eq_scalar": i == 2, "ne": i != j, "ne_scalar": x != 0, "gt": x > y, "gt_scalar": x > 0.5, "ge": i >= j,
        "ge_scalar": i >= 2.5, "lt": x < y, "lt_scalar": x < 1, "le": i <= j, "le_scalar": x <= 0, "mixed": i > x[0],
        "logical_and": torch.logical_and(x, y), "logical_or": torch.logical_or(mask, y > 1),
        "logical_xor": torch.logical_xor(mask, y > 0), "logical_not": torch.logical_not(i), "and": mask & (y > 0),
        "or": mask | (y > 0), "xor": mask ^ (y > 0), "where": torch.where(mask, x, y), "where_scalar": torch.where(mask, x, 0.25),
        "where_scalars": torch.where(mask, 1.0, 0.0), "masked_fill": x.masked_fill(mask, -1),
        "masked_fill_inf": x.masked_fill(mask, float("-inf")), "masked_fill_tensor": x.masked_fill(mask, y[0, 0, 0]),
        "clamp": x.clamp(-1, 1), "clamp_low": x.clamp(min=0), "clamp_high": x.clamp(max=0.5), "clamp_min": x.clamp_min(0.1),
        "clamp_max": x.clamp_max(0.2), "clamp_int": i.clamp(-2, 3), "clamp_mixed": i.clamp(-2.5, 3.5),
        "clamp_tensor": x.clamp(min=y - 1, max=y + 0.1), "clamp_min_tensor": x.clamp_min(y),
    }


@fixture({"x": X, "image": IMAGE}, parameters={"slope": random(3, seed=5), "one": random(1, seed=6)})
def activation(self, x, image):
    return {
        "relu": F.relu(x), "relu6": F.relu6(x * 4), "sigmoid": x.sigmoid(), "tanh": x.tanh(), "gelu": F.gelu(x),
        "gelu_tanh": F.gelu(x, approximate="tanh"), "silu": F.silu(x), "mish": F.mish(x), "hardswish": F.hardswish(x * 3),
        "hardsigmoid": F.hardsigmoid(x * 3), "hardtanh": F.hardtanh(x), "hardtanh_bounds": F.hardtanh(x, -0.5, 1.5),
        "leaky_relu": F.leaky_relu(x, 0.2), "elu": F.elu(x), "elu_alpha": F.elu(x, 0.5), "selu": F.selu(x), "celu": F.celu(x, 0.7),
        "prelu": F.prelu(image, self.slope), "prelu_one": F.prelu(x, self.one), "rrelu": F.rrelu(x), "softplus": F.softplus(x),
        "softplus_beta": F.softplus(x, beta=2), "softsign": F.softsign(x), "log_sigmoid": F.logsigmoid(x),
        "tanhshrink": F.tanhshrink(x), "threshold": F.threshold(x, 0.1, 20), "glu": F.glu(x, -1), "softmax": x.softmax(-1),
        "softmax_axis": x.softmax(1), "softmin": F.softmin(x, 2), "log_softmax": x.log_softmax(-1),
        "softmax_half": x.softmax(-1, dtype=torch.float32),
    }


@fixture(
    {"x": random(2, 4, 9, 8, seed=7), "line": random(2, 4, 11, seed=8), "cube": random(1, 2, 5, 6, 7, seed=9)},
    parameters={
        "w": random(6, 4, 3, 3, seed=10), "b": random(6, seed=11), "g": random(8, 2, 3, 3, seed=12), "d": random(4, 1, 5, 5, seed=13),
        "even": random(3, 4, 4, 2, seed=14), "w1": random(3, 4, 3, seed=15), "w3": random(2, 2, 2, 3, 2, seed=16),
        "t": random(4, 3, 3, 3, seed=17), "tg": random(4, 2, 3, 2, seed=18), "t1": random(4, 2, 4, seed=19),
        "t3": random(2, 1, 2, 2, 2, seed=20), "tall": random(2, 4, 1, 7, seed=21),
    },
)
def convolution(self, x, line, cube):
    return {
        "plain": F.conv2d(x, self.w), "bias": F.conv2d(x, self.w, self.b, stride=2, padding=1),
        "dilated": F.conv2d(x, self.w, padding=2, dilation=2), "uneven": F.conv2d(x, self.w, stride=(2, 1), padding=(0, 1)),
        "grouped": F.conv2d(x, self.g, padding=1, groups=2), "depthwise": F.conv2d(x, self.d, padding=2, groups=4),
        "wide": F.conv2d(x, self.tall, padding=(0, 3)), "same": F.conv2d(x, self.w, padding="same"),
        "same_even": F.conv2d(x, self.even, padding="same"), "same_dilated": F.conv2d(x, self.even, padding="same", dilation=(1, 3)),
        "valid": F.conv2d(x, self.w, padding="valid"), "conv1d": F.conv1d(line, self.w1, stride=2, padding=1),
        "line_same": F.conv1d(line, self.w1, padding="same"), "conv3d": F.conv3d(cube, self.w3, padding=1),
        "single": F.conv2d(x[0], self.w), "transposed": F.conv_transpose2d(x, self.t, stride=2, padding=1, output_padding=1),
        "transposed_grouped": F.conv_transpose2d(x, self.tg, stride=(2, 3), groups=2, dilation=(1, 2)),
        "transposed_line": F.conv_transpose1d(line, self.t1, stride=2), "transposed_cube": F.conv_transpose3d(cube, self.t3, stride=2),
    }


STATISTICS = {"mean": random(4, seed=22), "var": random(4, seed=23, low=0.2, high=2)}


@fixture(
    {"x": random(2, 4, 5, 3, seed=24), "flat": random(3, 4, seed=25)},
    parameters={"w": random(4, seed=26), "b": random(4, seed=27), "w3": random(3, seed=28), "b3": random(3, seed=29),
                "kernel": random(5, 4, 3, 3, seed=30), "w53": random(5, 3, seed=31), "gain": random(5, 1, 1, 1, seed=32)},
    buffers=STATISTICS,
)
def normalization(self, x, flat):
    weight = self.kernel.reshape(1, 5, -1)
    return {
        "batch_norm": F.batch_norm(x, self.mean, self.var, self.w, self.b, eps=1e-3),
        "batch_norm_plain": F.batch_norm(x, self.mean, self.var), "batch_norm_flat": F.batch_norm(flat, self.mean, self.var, self.w, self.b),
        "batch_norm_own": F.batch_norm(x, None, None, self.w, self.b, training=True),
        "standardized": F.conv2d(x, F.batch_norm(weight, None, None, training=True, momentum=0.0).reshape_as(self.kernel), padding=1),
        "layer_norm": F.layer_norm(x, (3,), self.w3, self.b3), "layer_norm_plain": F.layer_norm(x, (5, 3)),
        "layer_norm_two": F.layer_norm(x, (5, 3), self.w53), "group_norm": F.group_norm(x, 2, self.w, self.b),
        "group_norm_one": F.group_norm(x, 1, self.w, self.b), "group_norm_plain": F.group_norm(x, 4, eps=1e-3),
        "instance_norm": F.instance_norm(x, weight=self.w, bias=self.b),
        "instance_norm_running": F.instance_norm(x, self.mean, self.var, self.w, self.b, use_input_stats=False),
        "rms_norm": F.rms_norm(x, (3,), self.w3, 1e-6), "rms_norm_two": F.rms_norm(x, (5, 3), eps=1e-5),
        "normalize": F.normalize(x, dim=1), "weight_norm": torch._weight_norm(self.kernel, self.gain, 0),
    }


@fixture({"x": random(2, 3, 9, 8, seed=33), "line": random(2, 3, 11, seed=34), "cube": random(1, 2, 5, 6, 7, seed=35), "small": random(1, 2, 7, 7, seed=36)})
def pooling(self, x, line, cube, small):
    return {
        "max": F.max_pool2d(x, 2), "max_stride": F.max_pool2d(x, 3, 2, 1), "max_ceil": F.max_pool2d(x, 3, 2, 0, ceil_mode=True),
        "max_ceil_padded": F.max_pool2d(x, 2, 2, 1, ceil_mode=True), "max_dilated": F.max_pool2d(x, 2, 1, 0, 2),
        "max_uneven": F.max_pool2d(x, (3, 2), (2, 1), (1, 0)), "max_line": F.max_pool1d(line, 3, 2), "max_cube": F.max_pool3d(cube, 2),
        "max_single": F.max_pool2d(x[0], 2), "average": F.avg_pool2d(x, 2), "average_padded": F.avg_pool2d(x, 3, 2, 1),
        "average_excluded": F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
        "average_ceil": F.avg_pool2d(x, 2, 2, 0, ceil_mode=True), "average_ceil_padded": F.avg_pool2d(x, 3, 2, 1, ceil_mode=True),
        "average_ceil_excluded": F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False),
        "average_line": F.avg_pool1d(line, 3, 2, 1), "average_cube": F.avg_pool3d(cube, 2),
        "adaptive_one": F.adaptive_avg_pool2d(x, 1), "adaptive_same": F.adaptive_avg_pool2d(small, 7),
        "adaptive_even": F.adaptive_avg_pool2d(x, (3, 4)), "adaptive_uneven": F.adaptive_avg_pool2d(x, (4, 3)),
        "adaptive_rows": F.adaptive_avg_pool2d(x, (1, None)), "adaptive_line": F.adaptive_avg_pool1d(line, 4),
        "adaptive_line_one": F.adaptive_avg_pool1d(line, 1), "adaptive_cube": F.adaptive_avg_pool3d(cube, 2),
        "adaptive_max_one": F.adaptive_max_pool2d(x, 1), "adaptive_max_even": F.adaptive_max_pool2d(x, (3, 2)),
        "adaptive_max_uneven": F.adaptive_max_pool2d(x, (4, 3)),
    }


@fixture({"x": X, "i": I, "p": P})
def reduction(self, x, i, p):
    values, places = x.max(1)
    top, at = x.topk(2, dim=-1)
    low, where = x.topk(2, dim=1, largest=False)
    ordered, order = x.sort(-1, descending=True)
    spread, center = torch.var_mean(x, (1, 2))
    return {
        "mean": x.mean(), "mean_dim": x.mean(1), "mean_keep": x.mean((1, 2), keepdim=True), "mean_int": i.mean(0, dtype=torch.float32),
        "sum": x.sum(), "sum_dim": x.sum((0, -1)), "sum_int": i.sum(), "sum_bool": (x > 0).sum(1), "prod": p.prod(-1),
        "amax": x.amax((1, 2)), "amax_all": x.amax(), "amin": x.amin(0, keepdim=True), "max": x.max(), "min": x.min(),
        "max_values": values, "max_places": places, "min_values": x.min(2, keepdim=True)[0], "argmax": x.argmax(1),
        "argmax_all": x.argmax(), "argmin": x.argmin(-1, keepdim=True), "logsumexp": x.logsumexp(-1), "any": (x > 1.9).any(),
        "any_dim": (x > 1).any(1), "all": (p > 0).all(), "all_dim": (x > -1).all(-1, keepdim=True), "var": x.var(1),
        "var_biased": x.var((1, 2), unbiased=False, keepdim=True), "var_correction": torch.var(x, -1, correction=2), "var_all": x.var(),
        "std": x.std(-1, keepdim=True), "var_mean_var": spread, "var_mean_mean": center, "norm": x.norm(dim=-1),
        "norm_one": x.norm(p=1, dim=1, keepdim=True), "vector_norm": torch.linalg.vector_norm(x, dim=(1, 2)),
        "vector_norm_all": torch.linalg.vector_norm(x), "vector_norm_max": torch.linalg.vector_norm(x, float("inf"), dim=1),
        "cumsum": x.cumsum(1), "cumsum_int": i.cumsum(-1), "cumsum_bool": (x > 0).cumsum(-1), "top": top, "top_places": at, "low": low,
        "low_places": where, "sorted": ordered, "order": order,
    }


@fixture(
    {"m": random(3, 4, seed=37), "n": random(4, 5, seed=38), "b": random(2, 3, 4, seed=39), "c": random(2, 4, 5, seed=40),
     "q": random(2, 2, 3, 4, seed=41), "v": random(4, seed=42)},
    parameters={"w": random(6, 4, seed=43), "bias": random(6, seed=44), "v1": random(4, seed=45)},
)
def matmul(self, m, n, b, c, q, v):
    return {
        "linear": F.linear(m, self.w, self.bias), "linear_plain": F.linear(m, self.w), "linear_batch": F.linear(b, self.w, self.bias),
        "linear_deep": F.linear(q, self.w), "mm": m.mm(n), "bmm": b.bmm(c), "matmul": q @ n, "matmul_vector": b @ v,
        "vector_matmul": v @ n, "dot": v.dot(v), "mv": m.mv(v), "addmm": torch.addmm(m.mm(n)[0], m, n, beta=0.5, alpha=2),
        "baddbmm": torch.baddbmm(b.bmm(c), b, c, beta=0.3), "baddbmm_zero": torch.baddbmm(b.bmm(c), b, c, beta=0, alpha=1.5),
        "einsum": torch.einsum("bij,bjk->bik", b, c), "einsum_sum": torch.einsum("bhwc, kc -> bhwk", q, self.w),
        "einsum_dots": torch.einsum("...ij,jk->...ik", q, n), "outer": torch.outer(v, self.v1), "rank_mixed": b @ q.transpose(2, 3),
    }


HIDDEN = torch.tensor([[True, False, True, True, False], [False, True, True, False, True], [True, True, False, True, True]])


@fixture({"q": random(2, 4, 3, 8, seed=46), "k": random(2, 4, 5, 8, seed=47), "v": random(2, 4, 5, 6, seed=48), "mask": random(3, 5, seed=49),
          "hidden": HIDDEN, "few": random(2, 2, 5, 8, seed=50), "fewv": random(2, 2, 5, 6, seed=51)})
def attention(self, q, k, v, mask, hidden, few, fewv):
    attend = F.scaled_dot_product_attention
    return {
        "plain": attend(q, k, v), "float_mask": attend(q, k, v, attn_mask=mask), "bool_mask": attend(q, k, v, attn_mask=hidden),
        "causal": attend(q, k, v, is_causal=True), "scale": attend(q, k, v, scale=0.5), "rank_three": attend(q[0], k[0], v[0]),
        "grouped": attend(q, few, fewv, enable_gqa=True),
        "all_hidden": attend(q, k, v, attn_mask=hidden & torch.tensor([[True], [False], [True]])),
    }


@fixture({"x": X, "image": random(2, 8, 4, 6, seed=52), "i": I, "one": random(2, 1, 3, 1, seed=53)})
def view(self, x, image, i, one):
    return {
        "view": x.view(6, 4), "reshape": x.reshape(2, -1), "reshape_permuted": x.permute(2, 0, 1).reshape(4, -1),
        "flatten": image.flatten(1), "flatten_middle": image.flatten(1, 2), "unflatten": x.unflatten(1, (3, 1)), "squeeze": one.squeeze(),
        "squeeze_dim": one.squeeze(-1), "squeeze_none": x.squeeze(0), "unsqueeze": x.unsqueeze(-1), "permute": x.permute(0, -1, 1),
        "transpose": x.transpose(-1, 0), "t": x[0].t(), "mt": x.mT, "swapaxes": x.swapaxes(0, 2), "movedim": image.movedim(1, -1),
        "movedims": image.movedim((1, 2), (-1, 0)), "expand": one.expand(-1, 5, -1, 2), "expand_more": one.expand(3, 2, 1, 3, 1),
        "expand_as": one.expand_as(x.new_zeros(2, 4, 3, 2)), "contiguous": x.transpose(0, 1).contiguous(),
        "channels_last": image.contiguous(memory_format=torch.channels_last), "clone": x.clone(), "detach": x.detach(),
        "to_int": x.to(torch.int64), "to_bool": x.to(torch.bool), "to_float": i.float(), "type_as": i.type_as(x), "to_same": x.to(torch.float32),
        "dropout": F.dropout(x, 0.5, training=False), "pixel_shuffle": F.pixel_shuffle(image, 2), "pixel_unshuffle": F.pixel_unshuffle(image, 2),
        "channel_shuffle": F.channel_shuffle(image, 4), "view_as": x.view_as(Y), "reshape_as": x.reshape_as(Y), "number": i.to(torch.int32) * 2,
    }


@fixture({"x": random(2, 7, 6, seed=54), "src": random(2, 6, seed=55), "wide": random(2, 2, 6, seed=56)})
def piece(self, x, src, wide):
    a, b, c = x.split((1, 4, 2), 1)
    d, e, f = x.chunk(3, -1)
    g, h = x.unbind(0)
    k, m = x.split(4, 1)
    return {
        "all": x[:, :], "slice": x[:, 1:5], "negative": x[:, -3:], "step": x[:, ::2], "step_from": x[:, 1:6:3], "two": x[:, 2:-1, 3:],
        "beyond": x[:, 2:100], "select": x[:, 2], "select_negative": x[:, :, -1], "narrow": x.narrow(1, 2, 3), "split_a": a, "split_b": b, "split_c": c,
        "chunk_d": d, "chunk_e": e, "chunk_f": f, "unbind_g": g, "unbind_h": h, "uneven_k": k, "uneven_m": m,
        "select_scatter": x.select_scatter(src, 1, -2), "slice_scatter": x.slice_scatter(wide, 1, 2, 4),
        "slice_scatter_step": x.slice_scatter(wide, 1, 1, 5, 2), "one_chunk": x.chunk(1, 1)[0],
    }


@fixture({"x": X, "y": Y, "i": I, "v": random(3, seed=57), "w": random(2, seed=58)})
def join(self, x, y, i, v, w):
    a, b = torch.meshgrid(v, w, indexing="ij")
    c, d = torch.meshgrid(v, w, indexing="xy")
    return {
        "cat": torch.cat((x, y), 1), "cat_last": torch.cat((x, y, x), -1), "cat_one": torch.cat((x,), 0), "cat_types": torch.cat((x[0], i), 0),
        "cat_empty": torch.cat((torch.zeros(0), x), 1), "stack": torch.stack((x, y)), "stack_last": torch.stack((x, y), -1), "hstack": torch.hstack((x, y)),
        "hstack_vectors": torch.hstack((v, w)), "vstack": torch.vstack((x, y)), "grid_a": a, "grid_b": b, "grid_c": c, "grid_d": d,
        "repeat": x.repeat(1, 2, 3), "repeat_more": v.repeat(2, 2), "tile": x.tile(2), "interleave": x.repeat_interleave(2, 1),
    }


@fixture(
    {"x": random(4, 5, 6, seed=59), "a": torch.tensor([2, -1, 0]), "b": torch.tensor([1, 3, -2]), "m": torch.tensor([[0, 2], [3, 1]]),
     "e": torch.tensor([[[0, 1, 2, 0, 1, 2]], [[3, 3, 3, 1, 1, 1]]])},
    parameters={"table": random(7, 3, seed=60)},
)
def indexing(self, x, a, b, m, e):
    return {
        "one": x[a], "second": x[:, a], "last": x[..., m], "adjacent": x[a, b], "adjacent_after": x[:, a, b], "separated": x[a, :, b],
        "broadcast": x[m, a[:2]], "three": x[a, b, a], "index_select": x.index_select(1, b.abs()), "gather": x.gather(0, e), "embedding": F.embedding(m, self.table),
        "flip": x.flip(1), "flip_two": x.flip(0, -1), "roll": x.roll(2, 1), "roll_two": x.roll((-1, 7), (0, 2)), "roll_none": x.roll(5, 1),
        "tril": x[0].tril(), "triu": x.triu(1), "tril_below": x.tril(-1), "bias_table": self.table[m.view(-1)].view(2, 2, -1).permute(2, 0, 1),
    }


@fixture({"x": X, "i": I})
def creation(self, x, i):
    return {
        "arange": torch.arange(5) + i[0, 0], "arange_float": torch.arange(1, 3, 0.5) * x[0, 0], "arange_down": torch.arange(9, 1, -2) - 1,
        "linspace": torch.linspace(-1, 1, 4) * x[0, 0], "eye": torch.eye(3) @ x[0], "eye_wide": torch.eye(2, 3) @ x, "zeros": torch.zeros(2, 3, 4) + x,
        "ones": torch.ones(4) * x, "full": torch.full((3, 4), 2.5) * x, "full_int": torch.full((3, 4), 3) * i, "zeros_like": torch.zeros_like(x),
        "ones_like": torch.ones_like(i), "full_like": torch.full_like(x, -1.5), "new_zeros": x.new_zeros(2, 2), "new_ones": i.new_ones(3),
        "new_full": x.new_full((2, 2), 7), "tensor": torch.tensor([1.0, -2.0, 3.0, 0.5]) * x, "scalar": torch.tensor(3) + i, "large": torch.zeros(80, 80) + x[0, 0, 0],
    }


@fixture({"x": random(2, 3, 5, 6, seed=61), "line": random(2, 3, 7, seed=62)})
def padding(self, x, line):
    return {
        "zeros": F.pad(x, (1, 2)), "four": F.pad(x, (1, 0, 0, 3)), "value": F.pad(x, (1, 1), value=1.5), "infinite": F.pad(x, (1, 1, 1, 1), value=float("-inf")),
        "none": F.pad(x, (0, 0, 0, 0)), "cropped": F.pad(x, (-1, 1, -1, 1)), "only_cropped": F.pad(x, (-1, -2)), "channels": F.pad(x, (0, 0, 0, 0, 1, 2)),
        "reflect": F.pad(x, (1, 2, 2, 1), mode="reflect"), "replicate": F.pad(x, (1, 2, 0, 1), mode="replicate"), "circular": F.pad(x, (1, 2, 2, 0), mode="circular"),
        "reflect_line": F.pad(line, (2, 1), mode="reflect"),
    }


@fixture({"x": random(1, 2, 5, 6, seed=63), "line": random(1, 2, 6, seed=64), "cube": random(1, 1, 3, 4, 3, seed=65)})
def resize(self, x, line, cube):
    to = lambda mode, size=(8, 4), **more: F.interpolate(x, size=size, mode=mode, **more)  # noqa: E731
    by = lambda mode, scale, **more: F.interpolate(x, scale_factor=scale, mode=mode, **more)  # noqa: E731
    return {
        "nearest": to("nearest"), "nearest_up": by("nearest", 2), "nearest_factor": by("nearest", (1.6, 0.7)), "nearest_exact": to("nearest-exact"),
        "bilinear": to("bilinear"), "bilinear_aligned": to("bilinear", align_corners=True), "bilinear_factor": by("bilinear", 1.7),
        "bilinear_one": to("bilinear", (1, 1)), "bicubic": to("bicubic"), "bicubic_aligned": to("bicubic", (9, 11), align_corners=True),
        "bicubic_factor": by("bicubic", 0.6), "bilinear_smooth": to("bilinear", (3, 9), antialias=True), "bicubic_smooth": to("bicubic", (3, 4), antialias=True),
        "bicubic_smooth_aligned": to("bicubic", (3, 9), antialias=True, align_corners=True), "linear": F.interpolate(line, size=9, mode="linear"),
        "line_nearest": F.interpolate(line, scale_factor=2), "trilinear": F.interpolate(cube, size=(5, 2, 4), mode="trilinear"),
        "recomputed": by("bilinear", 1.3, recompute_scale_factor=True),
    }


@fixture({"x": random(2, 3, 6, 7, seed=66), "columns": random(2, 12, 20, seed=67)})
def folding(self, x, columns):
    return {
        "im2col": F.unfold(x, 3, stride=2, padding=1), "im2col_plain": F.unfold(x, (2, 3)), "im2col_dilated": F.unfold(x, 2, dilation=2),
        "col2im": F.fold(columns, (5, 6), 2), "col2im_strided": F.fold(columns[:, :, :12], (6, 8), 2, stride=2), "unfold": x.unfold(2, 3, 2),
        "unfold_last": x.unfold(-1, 2, 2), "unfold_both": x.unfold(2, 2, 2).unfold(3, 3, 3),
    }


def lstm(*args, **options):
    torch.manual_seed(1)
    return nn.LSTM(*args, **options)


@fixture(
    {"x": random(2, 5, 3, seed=68)},
    modules={"deep": lstm(3, 4, num_layers=2, bidirectional=True, batch_first=True), "plain": lstm(3, 2, bias=False)},
)
def recurrent(self, x):
    deep, (hidden, cell) = self.deep(x)
    return {"deep": deep, "hidden": hidden, "cell": cell, "plain": self.plain(x)[0]}


def seeded(kind, *args, **options):
    torch.manual_seed(2)
    return kind(*args, **options)


@fixture(
    {"x": random(3, 5, 4, seed=90), "h": random(2, 3, 6, seed=91), "c": random(2, 3, 6, seed=92)},
    modules={
        "lstm": seeded(nn.LSTM, 4, 6, bidirectional=True, batch_first=True), "gru": seeded(nn.GRU, 4, 3, num_layers=2, bidirectional=True, batch_first=True),
        "gru_plain": seeded(nn.GRU, 3, 2, bias=False), "rnn": seeded(nn.RNN, 4, 3, batch_first=True), "rnn_relu": seeded(nn.RNN, 4, 3, num_layers=2, nonlinearity="relu", batch_first=True),
    },
    dynamic={"x": {0: DYNAMIC}, "h": {1: DYNAMIC}, "c": {1: DYNAMIC}},
)
def sequences(self, x, h, c):
    lstm, (hidden, cell) = self.lstm(x, (h, c))
    gru, gru_hidden = self.gru(x)
    rnn, rnn_hidden = self.rnn(x)
    deep, deep_hidden = self.rnn_relu(x)
    return {
        "lstm": lstm, "hidden": hidden, "cell": cell, "gru": gru, "gru_hidden": gru_hidden, "gru_plain": self.gru_plain(x[:, :, :3].transpose(0, 1))[0], "rnn": rnn,
        "rnn_hidden": rnn_hidden, "deep": deep, "deep_hidden": deep_hidden,
    }


@fixture(
    {"x": random(3, 4, 5, seed=93), "u": random(3, 4, 5, seed=94), "i": torch.tensor([[2, 0, 1, 2, 0], [1, 1, 0, 0, 2]])},
    buffers={"rows": torch.tensor([2, 0]), "columns": torch.tensor([[1], [-1]]), "place": torch.tensor([[[1, 0, 2, 0, 1]]]), "mask": random(3, 4, seed=95) > 0},
)
def scatter(self, x, u, i):
    place, put = i[None], torch.ops.aten.index_put
    written = x.clone()
    written[:, 2] = u[:, 0]
    written[self.rows, 1] = 7.0
    masked = x.clone()
    masked[self.mask] = -3.0
    return {
        "scatter": x.scatter(0, self.place, u), "value": x.scatter(1, place, 2.5), "add": x.scatter_add(2, torch.zeros_like(place), u),
        "reduce": x.scatter_reduce(1, place * 0 + 1, u, "prod"), "old_reduce": x.scatter(0, place, u, reduce="multiply"),
        "index_add": x.index_add(1, self.rows, u[:, :2]), "index_copy": x.index_copy(2, self.rows, u[:, :, :2]),
        "put_rows": x.index_put((self.rows,), u[:2]), "put_pairs": x.index_put((self.rows, self.columns), u[0, 0]),
        "put_last": put(x, [None, self.rows, self.columns], u[:, 0, 0, None, None]), "put_inner": put(x, [None, self.rows], u[:, :2]),
        "put_apart": put(x, [self.rows, None, self.rows], u[0, :2, :4]), "put_again": x.index_put((self.rows * 0,), u[:2], accumulate=True),
        "written": written, "masked": masked,
    }


@fixture({"x": random(2, 3, 6, 5, seed=96), "g": random(2, 4, 3, 2, seed=97, low=-1.4, high=1.4)}, dynamic={"x": {0: DYNAMIC}, "g": {0: DYNAMIC}})
def grid(self, x, g):
    return {
        f"{mode}_{padding}_{corners}": F.grid_sample(x, g, mode, padding, corners)
        for mode in ("bilinear", "nearest", "bicubic") for padding in ("zeros", "border", "reflection") for corners in (False, True)
    }


@fixture({"x": random(3, 4, seed=69), "y": random(3, 4, seed=70)}, buffers={"counter": torch.tensor(0), "table": random(4, seed=71)})
def in_place(self, x, y):
    a = x * 2
    a[:, 0] *= 3  # through a view, then read by the base's name
    b = x + 1
    row = b[1]
    row.add_(10)  # the base and another view see it
    other = b.view(-1)[4:8]
    c = x.clone()
    c[:, 1:3] = y[:, :2]
    d = torch.zeros(3, 4)
    d[::2].copy_(y[::2])
    e = x.clone().relu_().mul_(2).clamp_(max=1.5)
    f = (x * 1).view(2, 6)
    g = f.t()
    g.sub_(1)
    h = x * 1
    for part in h.split(2, 1):
        part.neg_()
    k = x + 0
    k.unsqueeze(0).masked_fill_(y > 0, 5.0)
    m = x + 0
    n = F.dropout(m, training=False)
    n.add_(1)
    u = torch.empty(3, 4)
    u.fill_(2)
    u[0].zero_()
    self.counter.add_(1)  # a state that nothing reads
    return {"base": a, "seen": b, "other": other, "assigned": c, "strided": d, "chain": e, "turned": f, "split": h, "filled": k, "dropout": m, "empty": u * x,
            "buffer": self.table.clone().add_(1)}


SIZES = {"x": {0: DYNAMIC, 2: torch.export.Dim("h", min=4, max=64) * 2, 3: torch.export.Dim("w", min=4, max=64) * 2}}


@fixture({"x": random(2, 3, 8, 12, seed=72)}, parameters={"w": random(4, 3, 3, 3, seed=73), "token": random(1, 1, 3, seed=74), "gain": random(3, seed=75)}, dynamic=SIZES)
def dynamic(self, x):
    batch, channels, height, width = x.shape
    rows = x.flatten(2).transpose(1, 2)
    y = F.conv2d(x, self.w, stride=2, padding=1)
    windows = x.view(batch, channels, height // 2, 2, width // 2, 2).permute(0, 2, 4, 3, 5, 1).reshape(-1, 4, channels)
    back = windows.view(batch, height // 2, width // 2, 2, 2, channels).permute(0, 5, 1, 3, 2, 4).reshape(batch, channels, height, width)
    return {
        "with_token": torch.cat((self.token.expand(batch, -1, -1), rows), 1), "resized": F.interpolate(y, size=x.shape[2:], mode="bilinear"), "doubled": F.interpolate(y, scale_factor=2),
        "windows": windows, "back": back, "pool": F.max_pool2d(x, 3, 2, 1), "ceil": F.max_pool2d(x, 3, 2, ceil_mode=True), "norm": F.group_norm(x, 3, self.gain), "zeros": torch.zeros(batch, 2),
        "arange": torch.arange(width), "scaled": x / height, "rolled": x.roll((1, -1), (0, 1)), "mean": x.mean((2, 3)), "half": x[:, :, : height // 2], "tail": x[..., 1:],
    }


@fixture({"pair": X, "more": Y}, grad=True)
def trees(self, pair, more):
    with torch.no_grad():
        inner = pair * 2
    inner = inner + more
    return {"nested": {"deep": [inner, pair - more]}, "tuple": (inner * 3,), "pair": pair, "twice": inner}


@fixture(
    {"x": random(2, 4, 8, 8, seed=76), "q": random(2, 2, 5, 4, seed=77)},
    parameters={"w": random(4, 4, 3, 3, seed=78), "l": random(5, 8, seed=79), "b": random(5, seed=80), "n": random(8, seed=81), "g": random(4, seed=82)},
    buffers=STATISTICS, decompose=True,
)
def decomposed(self, x, q):
    y = F.batch_norm(F.conv2d(x, self.w, padding=1), self.mean, self.var, self.g)
    y = F.hardswish(y)
    y[:, 0] = 1
    z = F.layer_norm(y, (8,), self.n)
    return {
        "conv": y, "norm": z, "linear": F.linear(z, self.l, self.b), "flat": F.linear(z[:, 0, 0], self.l, self.b), "pool": F.max_pool2d(z, 2), "global_mean": F.adaptive_avg_pool2d(z, 1),
        "attention": F.scaled_dot_product_attention(q, q, q), "softmax": q.softmax(-1), "gelu": F.gelu(z), "group": F.group_norm(z, 2), "resize": F.interpolate(z, scale_factor=2, mode="bilinear"),
        "pad": F.pad(z, (1, 1)), "std": z.std(1), "dropout": F.dropout(z, training=False), "einsum": torch.einsum("bhij,bhkj->bhik", q, q), "transposed": F.conv_transpose2d(x, self.w, stride=2),
    }


@fixture({"x": random(2, 3, 8, 8, seed=83), "i": I}, buffers={"state": torch.tensor(1.0), **{k: v[:3].clone() for k, v in STATISTICS.items()}})
def refused(self, x, i):
    self.state.add_(1)
    y = F.batch_norm(x.clone(), self.mean.clone(), self.var.clone(), training=True)
    return {
        "training": y, "dropout": F.dropout(x, training=True), "fft": torch.fft.rfft2(x).abs(), "bits": i & 3, "random": torch.rand(3), "state": x * self.state,
        "grid": F.grid_sample(x[:, :, None], x[:, :, None].permute(0, 2, 3, 4, 1)), "cond": torch.cond(x.sum() > 0, lambda a: a.sin(), lambda a: a.cos(), (x,)), "masked": x[x > 0].sum(),
    }


@fixture({"x": X}, buffers={"state": torch.tensor(1.0)})
def stateful(self, x):
    self.state.add_(1)
    return x * self.state


@fixture({"x": random(2, 4, seed=84)}, modules={"layer": nn.Linear(4, 3)}, dynamic={"x": {0: DYNAMIC}})
def meta(self, x):
    return self.layer(x)


def main():
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or fixtures:
        write(name)


if __name__ == "__main__":
    main()
