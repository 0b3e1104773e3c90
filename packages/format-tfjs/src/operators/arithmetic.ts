import { type Dim, type Node, readInt } from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import { typeAttr } from "../tf-graph.ts";
import { type Expression, expression } from "./expression.ts";
import { inputOf, type Lower, type LowerTable, unsupported } from "./operator.ts";
import { select } from "./select.ts";

function isFloat(node: Node, emitter: Emitter): boolean {
  return inputOf(node, 0, emitter).dtype === "float32";
}

/** Zero in a node's element type. */
function zeroOf(node: Node, emitter: Emitter): string {
  return isFloat(node, emitter) ? emitter.float(0) : emitter.scalar(0);
}

/** |x|, also for integers. */
function magnitude(x: string, zero: string, step: Expression["step"]): string {
  return step("Maximum", x, step("Sub", zero, x));
}

/** Integers are divided toward zero: TensorFlow's quotients round down. */
const lowerDiv: Lower = (node, emitter) => {
  const parts = expression(node, emitter);
  const [a, b] = parts.operands as [string, string];
  if (isFloat(node, emitter)) {
    parts.finish("RealDiv", a, b);
    return;
  }
  const { step } = parts;
  const zero = emitter.scalar(0);
  const quotient = step("FloorDiv", magnitude(a, zero, step), magnitude(b, zero, step));
  // The sign of the product may overflow; the signs that differ do not.
  const negative = differ(step("Less", a, zero), step("Less", b, zero), step);
  const from = emitter.type(node.outputs[0]!).shape;
  giveSigned(node, parts, { value: quotient, negative, from, emitter });
};

/** Whether one of two conditions holds and the other does not. */
function differ(a: string, b: string, step: Expression["step"]): string {
  return step("LogicalAnd", step("LogicalOr", a, b), step("LogicalNot", step("LogicalAnd", a, b)));
}

/** Gives a value, or its negative where a condition holds that has the sizes `from`. */
function giveSigned(
  node: Node,
  { layout, step }: Expression,
  {
    value,
    negative,
    from,
    emitter,
  }: { readonly value: string; readonly negative: string; readonly from: readonly Dim[]; readonly emitter: Emitter },
): void {
  const output = node.outputs[0]!;
  const { shape } = emitter.type(output);
  const hint = `${emitter.nameOf(output)}/sign`;
  const opposite = step("Sub", zeroOf(node, emitter), value);
  // An image's sizes are in another order, but four axes need none of them.
  const ref = select(negative, [opposite, value], { shape, shapes: [from, shape, shape], hint, emitter });
  emitter.give(output, "Identity", [ref], { layout });
}

/**
 * The rest of a division, with the sign of the divisor, or with `fmod` that of the dividend. Engines differ for floats of
 * several signs, so theirs is taken of magnitudes.
 */
const lowerMod: Lower = (node, emitter) => {
  const parts = expression(node, emitter);
  const [a, b] = parts.operands as [string, string];
  const truncates = readInt(node, "fmod", 0) !== 0;
  if (!truncates && !isFloat(node, emitter)) {
    parts.finish("FloorMod", a, b);
    return;
  }
  const { step } = parts;
  const zero = zeroOf(node, emitter);
  const rest = step("FloorMod", magnitude(a, zero, step), magnitude(b, zero, step));
  const sign = step("Less", a, zero);
  const from = inputOf(node, 0, emitter).shape;
  if (truncates) {
    giveSigned(node, parts, { value: rest, negative: sign, from, emitter });
    return;
  }
  const output = node.outputs[0]!;
  const { shape } = emitter.type(output);
  const hint = `${emitter.nameOf(output)}/rest`;
  const opposite = step("Sub", zero, rest);
  const signed = select(sign, [opposite, rest], { shape, shapes: [from, shape, shape], hint, emitter });
  const unlike = differ(step("Less", signed, zero), step("Less", b, zero), step);
  const moved = step("LogicalAnd", unlike, step("NotEqual", signed, zero));
  const result = select(moved, [step("AddV2", signed, b), signed], { shape, hint, emitter });
  emitter.give(output, "Identity", [result], { layout: parts.layout });
};

const lowerNeg: Lower = (node, emitter) => {
  const { operands, finish } = expression(node, emitter);
  if (isFloat(node, emitter)) finish("Neg", operands[0]!);
  else finish("Sub", emitter.scalar(0), operands[0]!);
};

const lowerXor: Lower = (node, emitter) => {
  const { operands, step, finish } = expression(node, emitter);
  const [a, b] = operands as [string, string];
  finish("LogicalAnd", step("LogicalOr", a, b), step("LogicalNot", step("LogicalAnd", a, b)));
};

const lowerIsInf: Lower = (node, emitter) => {
  const { operands, step, finish } = expression(node, emitter);
  const x = operands[0]!;
  const [positive, negative] = ["detect_positive", "detect_negative"].map((name) => readInt(node, name, 1) !== 0);
  if (positive && negative) finish("IsInf", x);
  else if (positive) finish("LogicalAnd", step("IsInf", x), step("Greater", x, emitter.float(0)));
  else if (negative) finish("LogicalAnd", step("IsInf", x), step("Less", x, emitter.float(0)));
  else finish("LogicalAnd", step("IsInf", x), step("IsNan", x));
};

const lowerPow: Lower = (node, emitter) => {
  if (!isFloat(node, emitter)) throw unsupported(node, `raises ${inputOf(node, 0, emitter).dtype}`);
  const { operands, finish } = expression(node, emitter);
  const exponent = inputOf(node, 1, emitter);
  if (exponent.dtype === "float32") {
    finish("Pow", ...operands);
    return;
  }
  const attr = { SrcT: typeAttr("int32"), DstT: typeAttr("float32") };
  const hint = `${emitter.nameOf(node.outputs[0]!)}/exponent`;
  finish("Pow", operands[0]!, emitter.emit("Cast", [operands[1]!], { hint, attr }));
};

/** Arithmetic that TensorFlow does in another way. */
export const ARITHMETIC: LowerTable = {
  Div: lowerDiv,
  IsInf: lowerIsInf,
  Mod: lowerMod,
  Neg: lowerNeg,
  Pow: lowerPow,
  Xor: lowerXor,
};
