import { type Node, readFloat, readInt, readString } from "@samoyed/ir";
import { castLazy } from "@samoyed/core";
import { constantOf, type Emitter } from "../emitter.ts";
import { typeAttr } from "../tf-graph.ts";
import { expression, perChannel } from "./expression.ts";
import { inputOf, type Lower, type LowerTable, parameter, unsupported } from "./operator.ts";

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
  Neg: "Neg",
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
  Div: "RealDiv",
  Equal: "Equal",
  Greater: "Greater",
  GreaterOrEqual: "GreaterEqual",
  Less: "Less",
  LessOrEqual: "LessEqual",
  Mul: "Mul",
  Or: "LogicalOr",
  Pow: "Pow",
  Sub: "Sub",
};

/** Operators of any number of operands. */
const VARIADIC: Readonly<Record<string, string>> = { Max: "Maximum", Min: "Minimum", Sum: "AddV2" };

/** Those that round or overflow in another way on integers. */
const FLOAT_ONLY = new Set(["Div", "Pow", "Neg", "Sign"]);

function requireFloat(node: Node, emitter: Emitter): void {
  const { dtype } = inputOf(node, 0, emitter);
  if (dtype !== "float32") throw unsupported(node, `works on ${dtype}`);
}

function lowerSimple(node: Node, emitter: Emitter): void {
  if (FLOAT_ONLY.has(node.op)) requireFloat(node, emitter);
  // ONNX 6 could broadcast along an axis in the middle.
  if (node.attributes["axis"] !== undefined) throw unsupported(node, "broadcasts along an axis");
  const { operands, finish } = expression(node, emitter);
  finish(UNARY[node.op] ?? BINARY[node.op]!, ...operands);
}

function lowerVariadic(node: Node, emitter: Emitter): void {
  const { operands, step, finish } = expression(node, emitter);
  const op = VARIADIC[node.op]!;
  const [first, ...rest] = operands;
  const last = rest.pop();
  if (last === undefined) finish("Identity", first!);
  else
    finish(
      op,
      rest.reduce((sum, operand) => step(op, sum, operand), first!),
      last,
    );
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
  // Up to operator set 8, one axis of slopes meant one a channel.
  const channels = emitter.graph.opset < 9 && slopes.shape.length === 1;
  const slope = channels ? perChannel(slopes, { rank, layout, emitter }) : emitter.operand(slopes, { layout, rank });
  const x = operands[0]!;
  finish("AddV2", step("Relu", x), step("Mul", slope, negativePart(emitter, step, x)));
};

/** gamma · (max(x, 0) + alpha · (exp(min(x, 0) / scale) − 1)), which are Elu, Selu and Celu. */
function exponential(constants: (node: Node) => { alpha: number; gamma: number; scale: number }): Lower {
  return (node, emitter) => {
    const { operands, step, finish } = expression(node, emitter);
    const { alpha, gamma, scale } = constants(node);
    const x = operands[0]!;
    const negative = step("Mul", negativePart(emitter, step, x), emitter.float(1 / scale));
    const curve = step("Mul", emitter.float(alpha), step("Sub", step("Exp", negative), emitter.float(1)));
    finish("Mul", emitter.float(gamma), step("AddV2", step("Relu", x), curve));
  };
}

/** min(1, max(0, alpha x + beta)) */
function hardSigmoid(emitter: Emitter, step: Step, x: string, alpha: number, beta: number): string {
  const line = step("AddV2", step("Mul", x, emitter.float(alpha)), emitter.float(beta));
  return step("ClipByValue", line, emitter.float(0), emitter.float(1));
}

const lowerHardSigmoid: Lower = (node, emitter) => {
  const { operands, step, finish } = expression(node, emitter);
  const [alpha, beta] = [readFloat(node, "alpha", 0.2), readFloat(node, "beta", 0.5)];
  finish("Identity", hardSigmoid(emitter, step, operands[0]!, alpha, beta));
};

const lowerHardSwish: Lower = (node, emitter) => {
  const { operands, step, finish } = expression(node, emitter);
  finish("Mul", operands[0]!, hardSigmoid(emitter, step, operands[0]!, 1 / 6, 0.5));
};

const lowerSoftsign: Lower = (node, emitter) => {
  const { operands, step, finish } = expression(node, emitter);
  finish("RealDiv", operands[0]!, step("AddV2", step("Abs", operands[0]!), emitter.float(1)));
};

const lowerMish: Lower = (node, emitter) => {
  const { operands, step, finish } = expression(node, emitter);
  finish("Mul", operands[0]!, step("Tanh", step("Softplus", operands[0]!)));
};

/** x / 2 · (1 + erf(x / √2)), or with tanh(√(2/π) (x + 0.044715 x³)) in place of erf. */
const lowerGelu: Lower = (node, emitter) => {
  const { operands, step, finish } = expression(node, emitter);
  const x = operands[0]!;
  let gate: string;
  if (readString(node, "approximate", "none") === "tanh") {
    const cube = step("Mul", step("Mul", x, step("Mul", x, x)), emitter.float(0.044715));
    gate = step("Tanh", step("Mul", step("AddV2", x, cube), emitter.float(Math.sqrt(2 / Math.PI))));
  } else {
    gate = step("Erf", step("Mul", x, emitter.float(Math.SQRT1_2)));
  }
  finish("Mul", step("Mul", x, emitter.float(0.5)), step("AddV2", gate, emitter.float(1)));
};

const lowerClip: Lower = async (node, emitter) => {
  const { operands, step, finish } = expression(node, emitter, { inputs: [node.inputs[0]!] });
  const bound = async (index: number, name: string): Promise<number | undefined> =>
    node.attributes[name] === undefined ? (await parameter(node, index, emitter))?.[0] : readFloat(node, name, 0);
  const low = await bound(1, "min");
  const high = await bound(2, "max");
  if (inputOf(node, 0, emitter).dtype !== "float32") throw unsupported(node, "clips integers");
  const x = operands[0]!;
  if (low === undefined) {
    if (high === undefined) finish("Identity", x);
    else finish("Minimum", x, emitter.float(high));
  } else if (high === undefined) {
    finish("Maximum", x, emitter.float(low));
  } else if (low <= high) {
    finish("ClipByValue", x, emitter.float(low), emitter.float(high));
  } else {
    finish("Minimum", step("Maximum", x, emitter.float(low)), emitter.float(high));
  }
};

const lowerWhere: Lower = (node, emitter) => {
  const { operands, finish } = expression(node, emitter);
  finish("SelectV2", ...operands);
};

function lowerIdentity(node: Node, emitter: Emitter): void {
  emitter.alias(node.outputs[0]!, inputOf(node, 0, emitter));
}

const lowerDropout: Lower = async (node, emitter) => {
  const training = await parameter(node, 2, emitter);
  if (training?.[0] === 1) throw unsupported(node, "is in training mode");
  const mask = node.outputs[1] ?? "";
  if (mask !== "" && (emitter.consumers(mask).length > 0 || emitter.isOutput(mask))) {
    throw unsupported(node, "has its mask used");
  }
  lowerIdentity(node, emitter);
};

/** 64-bit integers are carried as 32-bit ones, so a cast between them is none. */
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
  emitter.give(output, "Cast", [emitter.inLayout(x, layout)], { layout, attr: { DstT: typeAttr(dtype) } });
};

/** Operations on elements. */
export const ELEMENTWISE: LowerTable = {
  ...Object.fromEntries([...Object.keys(UNARY), ...Object.keys(BINARY)].map((op) => [op, lowerSimple])),
  ...Object.fromEntries(Object.keys(VARIADIC).map((op) => [op, lowerVariadic])),
  Cast: lowerCast,
  Celu: exponential((node) => ({ alpha: readFloat(node, "alpha", 1), gamma: 1, scale: readFloat(node, "alpha", 1) })),
  Clip: lowerClip,
  Dropout: lowerDropout,
  Elu: exponential((node) => ({ alpha: readFloat(node, "alpha", 1), gamma: 1, scale: 1 })),
  Gelu: lowerGelu,
  HardSigmoid: lowerHardSigmoid,
  HardSwish: lowerHardSwish,
  Identity: lowerIdentity,
  LeakyRelu: lowerLeakyRelu,
  Mish: lowerMish,
  PRelu: lowerPrelu,
  Selu: exponential((node) => ({
    alpha: readFloat(node, "alpha", 1.67326319217681884765625),
    gamma: readFloat(node, "gamma", 1.05070102214813232421875),
    scale: 1,
  })),
  Softsign: lowerSoftsign,
  Where: lowerWhere,
};
