import { type Node, readFloat, readInt } from "@samoyed/ir";
import { castLazy } from "@samoyed/core";
import { constantOf, type Emitter } from "../emitter.ts";
import { typeAttr } from "../tf-graph.ts";
import { expression } from "./expression.ts";
import { inputOf, type Lower, type LowerTable, optionalInput, unsupported } from "./operator.ts";
import { select } from "./select.ts";

/** ONNX's operators of one operand that TensorFlow has as they are. */
const UNARY: Readonly<Record<string, string>> = {
  Abs: "Abs",
  Acos: "Acos",
  Acosh: "Acosh",
  Asin: "Asin",
  Asinh: "Asinh",
  Atan: "Atan",
  Atanh: "Atanh",
  Ceil: "Ceil",
  Cos: "Cos",
  Cosh: "Cosh",
  Erf: "Erf",
  Exp: "Exp",
  Floor: "Floor",
  IsNaN: "IsNan",
  Log: "Log",
  Not: "LogicalNot",
  Reciprocal: "Reciprocal",
  Relu: "Relu",
  Round: "Round",
  Sigmoid: "Sigmoid",
  Sign: "Sign",
  Sin: "Sin",
  Sinh: "Sinh",
  Softplus: "Softplus",
  Sqrt: "Sqrt",
  Tan: "Tan",
  Tanh: "Tanh",
};

/** Operators of two operands with broadcasting. */
const BINARY: Readonly<Record<string, string>> = {
  Add: "AddV2",
  And: "LogicalAnd",
  Equal: "Equal",
  Greater: "Greater",
  GreaterOrEqual: "GreaterEqual",
  Less: "Less",
  LessOrEqual: "LessEqual",
  Max: "Maximum",
  Min: "Minimum",
  Mul: "Mul",
  Or: "LogicalOr",
  Sub: "Sub",
};

/** Those that round or overflow in another way on integers. */
const FLOAT_ONLY = new Set(["Sign"]);

function requireFloat(node: Node, emitter: Emitter): void {
  const { dtype } = inputOf(node, 0, emitter);
  if (dtype !== "float32") throw unsupported(node, `works on ${dtype}`);
}

function lowerSimple(node: Node, emitter: Emitter): void {
  if (FLOAT_ONLY.has(node.op)) requireFloat(node, emitter);
  const { operands, finish } = expression(node, emitter);
  finish(UNARY[node.op] ?? BINARY[node.op]!, ...operands);
}

const lowerLeakyRelu: Lower = (node, emitter) => {
  const slope = readFloat(node, "alpha", 0.01);
  // TensorFlow.js computes max(x, alpha x) on some backends, which is another thing for slopes above one.
  if (slope >= 0 && slope <= 1) {
    const { operands, finish } = expression(node, emitter, { attr: { alpha: { f: slope } } });
    finish("LeakyRelu", operands[0]!);
    return;
  }
  const { operands, step, finish } = expression(node, emitter);
  const alpha = emitter.float(slope);
  finish("AddV2", step("Relu", operands[0]!), step("Mul", alpha, negativePart(emitter, step, operands[0]!)));
};

type Step = (op: string, ...inputs: readonly string[]) => string;

function negativePart(emitter: Emitter, step: Step, x: string): string {
  return step("Minimum", x, emitter.float(0));
}

const lowerPrelu: Lower = (node, emitter) => {
  const slopes = inputOf(node, 1, emitter);
  const rank = inputOf(node, 0, emitter).shape.length;
  const { operands, step, finish, layout } = expression(node, emitter, { inputs: [node.inputs[0]!] });
  const slope = emitter.operand(slopes, { layout, rank });
  const x = operands[0]!;
  finish("AddV2", step("Relu", x), step("Mul", slope, negativePart(emitter, step, x)));
};

/** max(x, 0) + alpha · (exp(min(x, 0)) − 1) */
const lowerElu: Lower = (node, emitter) => {
  const { operands, step, finish } = expression(node, emitter);
  const x = operands[0]!;
  const alpha = readFloat(node, "alpha", 1);
  const curve = step("Sub", step("Exp", negativePart(emitter, step, x)), emitter.float(1));
  finish("AddV2", step("Relu", x), alpha === 1 ? curve : step("Mul", emitter.float(alpha), curve));
};

/** min(1, max(0, alpha x + beta)) */
const lowerHardSigmoid: Lower = (node, emitter) => {
  const { operands, step, finish } = expression(node, emitter);
  const [alpha, beta] = [readFloat(node, "alpha", 0.2), readFloat(node, "beta", 0.5)];
  const line = step("AddV2", step("Mul", operands[0]!, emitter.float(alpha)), emitter.float(beta));
  finish("ClipByValue", line, emitter.float(0), emitter.float(1));
};

/** Bounds may be computed; ONNX takes the upper one where they are in the wrong order. */
const lowerClip: Lower = async (node, emitter) => {
  const numbers: (number | undefined)[] = [];
  for (const index of [1, 2]) {
    const value = optionalInput(node, index, emitter);
    numbers.push(value && (await emitter.numbers(value))?.[0]);
  }
  const [low, high] = numbers;
  const given = [1, 2].map((index) => node.inputs[index] ?? "");
  const computed = given.filter((name, index) => name !== "" && numbers[index] === undefined);
  const { operands, step, finish } = expression(node, emitter, { inputs: [node.inputs[0]!, ...computed] });
  const float = inputOf(node, 0, emitter).dtype === "float32";
  const constant = (value: number): string => (float ? emitter.float(value) : emitter.scalar(value));
  const x = operands[0]!;
  if (low !== undefined && high !== undefined && low <= high && float) {
    finish("ClipByValue", x, constant(low), constant(high));
    return;
  }
  const bounds = given.map((name, index) => {
    const value = numbers[index];
    if (value !== undefined) return constant(value);
    return name === "" ? undefined : operands[1 + computed.indexOf(name)]!;
  });
  const [least, most] = bounds;
  if (most === undefined) {
    if (least === undefined) finish("Identity", x);
    else finish("Maximum", x, least);
    return;
  }
  finish("Minimum", least === undefined ? x : step("Maximum", x, least), most);
};

const lowerWhere: Lower = (node, emitter) => {
  const { operands, layout } = expression(node, emitter);
  const output = node.outputs[0]!;
  const { shape } = emitter.type(output);
  const [condition, chosen, other] = operands as [string, string, string];
  const [a, b, c] = [0, 1, 2].map((index) => inputOf(node, index, emitter).shape);
  const hint = `${emitter.nameOf(output)}/select`;
  const ref = select(condition, [chosen, other], { shape, shapes: [a!, b!, c!], hint, emitter });
  emitter.give(output, "Identity", [ref], { layout });
};

function lowerIdentity(node: Node, emitter: Emitter): void {
  emitter.alias(node.outputs[0]!, inputOf(node, 0, emitter));
}

/** 64-bit integers are carried as 32-bit ones, so a cast between them does nothing. */
const DST: Readonly<Record<number, "float32" | "int32" | "bool">> = { 1: "float32", 6: "int32", 7: "int32", 9: "bool" };

const lowerCast: Lower = (node, emitter) => {
  const x = inputOf(node, 0, emitter);
  const dtype = DST[readInt(node, "to", 1)];
  if (dtype === undefined) throw unsupported(node, `casts to ${emitter.type(node.outputs[0]!).dtype}`);
  const output = node.outputs[0]!;
  if (x.kind === "constant" && dtype === "float32") {
    emitter.alias(output, constantOf(castLazy(x.lazy, dtype)));
    return;
  }
  const layout = x.kind === "constant" ? "plain" : x.layout;
  const ref = emitter.inLayout(x, layout);
  if (dtype === "float32" && x.dtype !== "float32") {
    const cast = emitter.castToFloat(ref, x.dtype, `${emitter.nameOf(output)}/cast`);
    emitter.give(output, "Mul", [cast, emitter.float(1)], { layout, attr: { T: typeAttr("float32") } });
    return;
  }
  emitter.give(output, "Cast", [ref], { layout, attr: { DstT: typeAttr(dtype) } });
};

/** Operations on elements. */
export const ELEMENTWISE: LowerTable = {
  ...Object.fromEntries([...Object.keys(UNARY), ...Object.keys(BINARY)].map((op) => [op, lowerSimple])),
  Cast: lowerCast,
  Clip: lowerClip,
  Elu: lowerElu,
  HardSigmoid: lowerHardSigmoid,
  Identity: lowerIdentity,
  LeakyRelu: lowerLeakyRelu,
  PRelu: lowerPrelu,
  Where: lowerWhere,
};
