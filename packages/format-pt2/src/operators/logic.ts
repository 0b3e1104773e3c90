import type { Call } from "../lowering/call.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";
import { comparedType, valueOf } from "../lowering/promote.ts";

function compare(op: string, negate = false): Lowering {
  return (call) => {
    const dtype = comparedType(call, "self", "other");
    const [a, b] = [valueOf(call, "self", dtype), valueOf(call, "other", dtype)];
    const result = call.emit(op, [a, b]);
    return negate ? call.emit("Not", [result]) : result;
  };
}

function logical(op: string): Lowering {
  return (call) => call.emit(op, [valueOf(call, "self", "bool"), valueOf(call, "other", "bool")]);
}

/** A bitwise operator on bools is a logical one; on integers it has no counterpart in opset 17. */
function bitwise(op: string): Lowering {
  return (call) => {
    const { dtype } = call.output();
    return dtype === "bool" ? logical(op)(call) : call.refuse(`it works on the bits of ${dtype}`);
  };
}

const where: Lowering = (call) => {
  const { dtype } = call.output();
  const condition = valueOf(call, "condition", "bool");
  return call.emit("Where", [condition, valueOf(call, "self", dtype), valueOf(call, "other", dtype)]);
};

const maskedFill: Lowering = (call) => {
  const { dtype } = call.output();
  const mask = valueOf(call, "mask", "bool");
  return call.emit("Where", [mask, valueOf(call, "value", dtype), valueOf(call, "self", dtype)]);
};

function bound(call: Call, name: string): string {
  return call.isNone(name) ? "" : call.scalar(name, call.output().dtype);
}

const clamp: Lowering = (call) => {
  const x = call.emitter.cast(call.tensor("self"), call.output().dtype);
  const [low, high] = [bound(call, "min"), bound(call, "max")];
  return call.emit("Clip", high === "" ? [x, low] : [x, low, high]);
};

const clampMin: Lowering = (call) =>
  call.emit("Clip", [call.emitter.cast(call.tensor("self"), call.output().dtype), bound(call, "min")]);

const clampMax: Lowering = (call) =>
  call.emit("Clip", [call.emitter.cast(call.tensor("self"), call.output().dtype), "", bound(call, "max")]);

/** Bounds that are tensors: the upper one wins where they cross, as in PyTorch. */
const clampTensor: Lowering = (call) => {
  const { dtype } = call.output();
  let x = call.emitter.cast(call.tensor("self"), dtype);
  for (const [name, op] of [
    ["min", "Max"],
    ["max", "Min"],
  ] as const) {
    if (call.has(name) && !call.isNone(name)) x = call.emit(op, [x, valueOf(call, name, dtype)]);
  }
  return x;
};

/** Comparisons, logic, and choices by condition or bound. */
export const LOGIC: Lowerings = {
  "eq.Tensor": compare("Equal"),
  "eq.Scalar": compare("Equal"),
  "ne.Tensor": compare("Equal", true),
  "ne.Scalar": compare("Equal", true),
  "gt.Tensor": compare("Greater"),
  "gt.Scalar": compare("Greater"),
  "ge.Tensor": compare("GreaterOrEqual"),
  "ge.Scalar": compare("GreaterOrEqual"),
  "lt.Tensor": compare("Less"),
  "lt.Scalar": compare("Less"),
  "le.Tensor": compare("LessOrEqual"),
  "le.Scalar": compare("LessOrEqual"),
  "logical_and.default": logical("And"),
  "logical_or.default": logical("Or"),
  "logical_xor.default": logical("Xor"),
  "logical_not.default": (call) => call.emit("Not", [valueOf(call, "self", "bool")]),
  "__and__.Tensor": bitwise("And"),
  "__and__.Scalar": bitwise("And"),
  "bitwise_and.Tensor": bitwise("And"),
  "bitwise_and.Scalar": bitwise("And"),
  "__or__.Tensor": bitwise("Or"),
  "__or__.Scalar": bitwise("Or"),
  "bitwise_or.Tensor": bitwise("Or"),
  "bitwise_or.Scalar": bitwise("Or"),
  "__xor__.Tensor": bitwise("Xor"),
  "__xor__.Scalar": bitwise("Xor"),
  "bitwise_xor.Tensor": bitwise("Xor"),
  "bitwise_xor.Scalar": bitwise("Xor"),
  "where.self": where,
  "where.ScalarSelf": where,
  "where.ScalarOther": where,
  "where.Scalar": where,
  "masked_fill.Scalar": maskedFill,
  "masked_fill.Tensor": maskedFill,
  "clamp.default": clamp,
  "clamp.Tensor": clampTensor,
  "clamp_min.default": clampMin,
  "clamp_min.Tensor": clampTensor,
  "clamp_max.default": clampMax,
  "clamp_max.Tensor": clampTensor,
  "clip.default": clamp,
};
