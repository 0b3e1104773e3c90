import type { Call } from "../lowering/call.ts";
import { isFloat } from "../lowering/literal.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";

/** The argument in the result's type. */
function input(call: Call): string {
  return call.emitter.cast(call.tensor("self"), call.output().dtype);
}

function constant(call: Call, value: number): string {
  return call.emitter.scalar(value, call.output().dtype);
}

function same(op: string): Lowering {
  return (call) => call.emit(op, [input(call)]);
}

/** Rounding: whole numbers stay as they are. */
function rounding(op: string): Lowering {
  return (call) => call.emit(isFloat(call.output().dtype) ? op : "Identity", [input(call)]);
}

/** log of another base, from the natural one. */
function logarithm(base: number): Lowering {
  return (call) => call.emit("Div", [call.emit("Log", [input(call)]), constant(call, Math.log(base))]);
}

const truncate: Lowering = (call) => {
  const x = input(call);
  if (!isFloat(call.output().dtype)) return call.emit("Identity", [x]);
  return call.emit("Mul", [call.emit("Sign", [x]), call.emit("Floor", [call.emit("Abs", [x])])]);
};

const bitwiseNot: Lowering = (call) => {
  const x = input(call);
  if (call.output().dtype === "bool") return call.emit("Not", [x]);
  return call.emit("Sub", [call.emit("Neg", [x]), constant(call, 1)]);
};

function test(op: string): Lowering {
  return (call) => {
    const x = call.tensor("self");
    return isFloat(x.dtype) ? call.emit(op, [x.value]) : call.refuse(`it tests values of type ${x.dtype}`);
  };
}

const round: Lowering = (call) => {
  if (call.int("decimals") !== 0) return call.refuse("it rounds to decimals");
  return rounding("Round")(call);
};

/** Functions of one tensor's elements. */
export const UNARY: Lowerings = {
  "abs.default": same("Abs"),
  "acos.default": same("Acos"),
  "acosh.default": same("Acosh"),
  "asin.default": same("Asin"),
  "asinh.default": same("Asinh"),
  "atan.default": same("Atan"),
  "atanh.default": same("Atanh"),
  "bitwise_not.default": bitwiseNot,
  "ceil.default": rounding("Ceil"),
  "cos.default": same("Cos"),
  "cosh.default": same("Cosh"),
  "erf.default": same("Erf"),
  "erfc.default": (call) => call.emit("Sub", [constant(call, 1), call.emit("Erf", [input(call)])]),
  "exp.default": same("Exp"),
  "expm1.default": (call) => call.emit("Sub", [call.emit("Exp", [input(call)]), constant(call, 1)]),
  "floor.default": rounding("Floor"),
  "isinf.default": test("IsInf"),
  "isnan.default": test("IsNaN"),
  "log.default": same("Log"),
  "log10.default": logarithm(10),
  "log1p.default": (call) => call.emit("Log", [call.emit("Add", [input(call), constant(call, 1)])]),
  "log2.default": logarithm(2),
  "neg.default": same("Neg"),
  "positive.default": same("Identity"),
  "reciprocal.default": same("Reciprocal"),
  "round.default": rounding("Round"),
  "round.decimals": round,
  "rsqrt.default": (call) => call.emit("Reciprocal", [call.emit("Sqrt", [input(call)])]),
  "sgn.default": same("Sign"),
  "sign.default": same("Sign"),
  "sin.default": same("Sin"),
  "sinh.default": same("Sinh"),
  "sqrt.default": same("Sqrt"),
  "square.default": (call) => {
    const x = input(call);
    return call.emit("Mul", [x, x]);
  },
  "tan.default": same("Tan"),
  "trunc.default": truncate,
};
