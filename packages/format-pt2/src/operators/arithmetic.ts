import { type DType } from "@samoyed/core";
import { int } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import { isFloat } from "../lowering/literal.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";
import { valueOf } from "../lowering/promote.ts";

/** Two operands in the result's type. */
function operands(call: Call, a = "self", b = "other"): readonly [string, string, DType] {
  const { dtype } = call.output();
  return [valueOf(call, a, dtype), valueOf(call, b, dtype), dtype];
}

/** `alpha · value`. */
function scaled(call: Call, value: string, dtype: DType): string {
  const alpha = call.number("alpha");
  return alpha === 1 ? value : call.emit("Mul", [value, call.scalar("alpha", dtype)]);
}

const add: Lowering = (call) => {
  const [a, b, dtype] = operands(call);
  return dtype === "bool" ? call.emit("Or", [a, b]) : call.emit("Add", [a, scaled(call, b, dtype)]);
};

const subtract: Lowering = (call) => {
  const [a, b, dtype] = operands(call);
  return call.emit("Sub", [a, scaled(call, b, dtype)]);
};

const subtractFrom: Lowering = (call) => {
  const [a, b, dtype] = operands(call);
  return call.emit("Sub", [b, scaled(call, a, dtype)]);
};

const multiply: Lowering = (call) => {
  const [a, b, dtype] = operands(call);
  return call.emit(dtype === "bool" ? "And" : "Mul", [a, b]);
};

const divide: Lowering = (call) => {
  const [a, b] = operands(call);
  return call.emit("Div", [a, b]);
};

/** x − y · ⌊x / y⌋: the remainder that has the divisor's sign. */
function remainderOf(call: Call, a: string, b: string): string {
  const { dtype } = call.output();
  if (!isFloat(dtype)) return call.emit("Mod", [a, b], { fmod: int(0) });
  const whole = call.emit("Floor", [call.emit("Div", [a, b])]);
  return call.emit("Sub", [a, call.emit("Mul", [b, whole])]);
}

function floorOf(call: Call, a: string, b: string): string {
  if (isFloat(call.output().dtype)) return call.emit("Floor", [call.emit("Div", [a, b])]);
  // ONNX divides integers toward zero; without its remainder the division is exact.
  return call.emit("Div", [call.emit("Sub", [a, remainderOf(call, a, b)]), b]);
}

function truncate(call: Call, value: string): string {
  return call.emit("Mul", [call.emit("Sign", [value]), call.emit("Floor", [call.emit("Abs", [value])])]);
}

const divideWithMode: Lowering = (call) => {
  const [a, b, dtype] = operands(call);
  const mode = call.string("rounding_mode");
  if (mode === "floor") return floorOf(call, a, b);
  const quotient = call.emit("Div", [a, b]);
  if (mode === undefined || !isFloat(dtype)) return quotient;
  return mode === "trunc" ? truncate(call, quotient) : call.refuse(`its rounding mode is "${mode}"`);
};

const floorDivide: Lowering = (call) => {
  const [a, b] = operands(call);
  return floorOf(call, a, b);
};

const remainder: Lowering = (call) => {
  const [a, b] = operands(call);
  return remainderOf(call, a, b);
};

const fmod: Lowering = (call) => {
  const [a, b] = operands(call);
  return call.emit("Mod", [a, b], { fmod: int(1) });
};

const power: Lowering = (call) => {
  const { dtype } = call.output();
  const base = valueOf(call, "self", dtype);
  const exponent = call.isTensor("exponent") ? undefined : call.number("exponent");
  if (exponent === 1) return call.emit("Identity", [base]);
  if (exponent === 2) return call.emit("Mul", [base, base]);
  if (exponent === 0.5) return call.emit("Sqrt", [base]);
  if (exponent === -0.5) return call.emit("Reciprocal", [call.emit("Sqrt", [base])]);
  if (exponent === -1) return call.emit("Reciprocal", [base]);
  return call.emit("Pow", [base, valueOf(call, "exponent", dtype)]);
};

function extreme(op: string): Lowering {
  return (call) => {
    const [a, b] = operands(call);
    return call.emit(op, [a, b]);
  };
}

/** `self + value · (tensor1 op tensor2)`. */
function accumulate(op: string): Lowering {
  return (call) => {
    const { dtype } = call.output();
    const [a, b] = [valueOf(call, "tensor1", dtype), valueOf(call, "tensor2", dtype)];
    let term = call.emit(op, [a, b]);
    if (call.number("value") !== 1) term = call.emit("Mul", [term, call.scalar("value", dtype)]);
    return call.emit("Add", [valueOf(call, "self", dtype), term]);
  };
}

/** `self + weight · (end − self)`. */
const interpolate: Lowering = (call) => {
  const { dtype } = call.output();
  const start = valueOf(call, "self", dtype);
  const step = call.emit("Sub", [valueOf(call, "end", dtype), start]);
  return call.emit("Add", [start, call.emit("Mul", [step, valueOf(call, "weight", dtype)])]);
};

/** Arithmetic on two tensors, or on a tensor and a number, in the result's type. */
export const ARITHMETIC: Lowerings = {
  "add.Tensor": add,
  "add.Scalar": add,
  "sub.Tensor": subtract,
  "sub.Scalar": subtract,
  "rsub.Tensor": subtractFrom,
  "rsub.Scalar": subtractFrom,
  "mul.Tensor": multiply,
  "mul.Scalar": multiply,
  "div.Tensor": divide,
  "div.Scalar": divide,
  "div.Tensor_mode": divideWithMode,
  "div.Scalar_mode": divideWithMode,
  "true_divide.Tensor": divide,
  "floor_divide.default": floorDivide,
  "floor_divide.Scalar": floorDivide,
  "remainder.Tensor": remainder,
  "remainder.Scalar": remainder,
  "fmod.Tensor": fmod,
  "fmod.Scalar": fmod,
  "pow.Tensor_Scalar": power,
  "pow.Tensor_Tensor": power,
  "pow.Scalar": power,
  "maximum.default": extreme("Max"),
  "max.other": extreme("Max"),
  "minimum.default": extreme("Min"),
  "min.other": extreme("Min"),
  "addcmul.default": accumulate("Mul"),
  "addcdiv.default": accumulate("Div"),
  "lerp.Scalar": interpolate,
  "lerp.Tensor": interpolate,
};
