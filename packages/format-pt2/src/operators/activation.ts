import { float, int, ints } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";

function input(call: Call): string {
  return call.tensor("self").value;
}

function constant(call: Call, value: number): string {
  return call.emitter.scalar(value, call.output().dtype);
}

function same(op: string): Lowering {
  return (call) => call.emit(op, [call.emitter.cast(call.tensor("self"), call.output().dtype)]);
}

/** ½ x (1 + erf(x / √2)), or its approximation by tanh; Gelu itself is younger than opset 17. */
const gelu: Lowering = (call) => {
  const x = input(call);
  const half = call.emit("Mul", [x, constant(call, 0.5)]);
  const approximate = call.string("approximate") ?? "none";
  if (approximate === "none") {
    const erf = call.emit("Erf", [call.emit("Mul", [x, constant(call, Math.SQRT1_2)])]);
    return call.emit("Mul", [half, call.emit("Add", [erf, constant(call, 1)])]);
  }
  if (approximate !== "tanh") return call.refuse(`its argument "approximate" is "${approximate}"`);
  const cube = call.emit("Mul", [call.emit("Mul", [x, x]), x]);
  const sum = call.emit("Add", [x, call.emit("Mul", [cube, constant(call, 0.044715)])]);
  const tanh = call.emit("Tanh", [call.emit("Mul", [sum, constant(call, Math.sqrt(2 / Math.PI))])]);
  return call.emit("Mul", [half, call.emit("Add", [tanh, constant(call, 1)])]);
};

const silu: Lowering = (call) => {
  const x = input(call);
  return call.emit("Mul", [x, call.emit("Sigmoid", [x])]);
};

const mish: Lowering = (call) => {
  const x = input(call);
  return call.emit("Mul", [x, call.emit("Tanh", [call.emit("Softplus", [x])])]);
};

const hardSigmoid: Lowering = (call) =>
  call.emit("HardSigmoid", [input(call)], { alpha: float(1 / 6), beta: float(0.5) });

function clip(low: (call: Call) => number, high: (call: Call) => number): Lowering {
  return (call) => call.emit("Clip", [input(call), constant(call, low(call)), constant(call, high(call))]);
}

const elu: Lowering = (call) => {
  const [alpha, scale, inputScale] = [call.number("alpha"), call.number("scale"), call.number("input_scale")];
  if (inputScale !== 1) return call.refuse(`its argument "input_scale" is ${inputScale}; expected 1`);
  if (scale === 1) return call.emit("Elu", [input(call)], { alpha: float(alpha) });
  return call.emit("Selu", [input(call)], { alpha: float(alpha), gamma: float(scale) });
};

/** alpha (e^(x / alpha) − 1) below zero. */
const celu: Lowering = (call) => {
  const alpha = call.number("alpha");
  if (alpha === 1) return call.emit("Elu", [input(call)], { alpha: float(1) });
  const scaled = call.emit("Div", [input(call), constant(call, alpha)]);
  return call.emit("Mul", [call.emit("Elu", [scaled], { alpha: float(1) }), constant(call, alpha)]);
};

const prelu: Lowering = (call) => {
  const x = call.tensor("self");
  const weight = call.tensor("weight");
  // One slope for each channel, which is axis 1.
  const sizes = x.sizes.slice(1).map((_, axis) => (axis === 0 ? weight.sizes[0]! : 1));
  return call.emit("PRelu", [x.value, x.sizes.length < 2 ? weight.value : call.emitter.reshape(weight, sizes)]);
};

/** log(1 + e^(beta x)) / beta; PyTorch is linear above a threshold, where the difference vanishes in float32. */
const softplus: Lowering = (call) => {
  const beta = call.number("beta");
  if (call.number("threshold") < 15)
    return call.refuse(`its argument "threshold" is below 15, where softplus is not linear`);
  if (beta === 1) return call.emit("Softplus", [input(call)]);
  const scaled = call.emit("Mul", [input(call), constant(call, beta)]);
  return call.emit("Div", [call.emit("Softplus", [scaled]), constant(call, beta)]);
};

function softmax(op: string): Lowering {
  return (call) => {
    const x = call.tensor("self");
    const value = call.emitter.cast(x, call.output().dtype);
    return call.emit(op, [value], { axis: int(call.axis("dim", x.sizes.length)) });
  };
}

/** A softmax that gives zeros, not NaN, for a row that is all -infinity. */
const safeSoftmax: Lowering = (call) => {
  const x = call.tensor("self");
  const axis = call.axis("dim", x.sizes.length);
  const largest = call.emit("ReduceMax", [x.value], { axes: ints([axis]), keepdims: int(1) });
  const empty = call.emit("Equal", [largest, constant(call, Number.NEGATIVE_INFINITY)]);
  return call.emit("Where", [empty, constant(call, 0), softmax("Softmax")(call) as string]);
};

const glu: Lowering = (call) => {
  const x = call.tensor("self");
  const axis = call.axis("dim", x.sizes.length);
  const size = x.sizes[axis];
  if (typeof size !== "number") return call.refuse("it halves an axis of open size");
  const [a, b] = call.emitter.many("Split", [x.value, call.emitter.ints([size / 2, size / 2])], {
    attributes: { axis: int(axis) },
    count: 2,
  });
  return call.emit("Mul", [a!, call.emit("Sigmoid", [b!])]);
};

const threshold: Lowering = (call) => {
  const x = input(call);
  const above = call.emit("Greater", [x, call.scalar("threshold", call.output().dtype)]);
  return call.emit("Where", [above, x, call.scalar("value", call.output().dtype)]);
};

/** RReLU at inference: the mean of its two slopes. */
const rrelu: Lowering = (call) => {
  if (call.bool("training")) return call.refuse("it is in training mode", "Call model.eval() before torch.export.");
  return call.emit("LeakyRelu", [input(call)], { alpha: float((call.number("lower") + call.number("upper")) / 2) });
};

/** Activation functions. */
export const ACTIVATION: Lowerings = {
  "relu.default": same("Relu"),
  "relu6.default": clip(
    () => 0,
    () => 6,
  ),
  "sigmoid.default": same("Sigmoid"),
  "tanh.default": same("Tanh"),
  "gelu.default": gelu,
  "silu.default": silu,
  "mish.default": mish,
  "hardswish.default": (call) => call.emit("HardSwish", [input(call)]),
  "hardsigmoid.default": hardSigmoid,
  "hardtanh.default": clip(
    (call) => call.number("min_val"),
    (call) => call.number("max_val"),
  ),
  "leaky_relu.default": (call) =>
    call.emit("LeakyRelu", [input(call)], { alpha: float(call.number("negative_slope")) }),
  "elu.default": elu,
  "selu.default": same("Selu"),
  "celu.default": celu,
  "prelu.default": prelu,
  "rrelu.default": rrelu,
  "softplus.default": softplus,
  "log_sigmoid.default": (call) => call.emit("Neg", [call.emit("Softplus", [call.emit("Neg", [input(call)])])]),
  "threshold.default": threshold,
  "glu.default": glu,
  "softmax.int": softmax("Softmax"),
  "_softmax.default": softmax("Softmax"),
  "_safe_softmax.default": safeSoftmax,
  "log_softmax.int": softmax("LogSoftmax"),
  "_log_softmax.default": softmax("LogSoftmax"),
};
