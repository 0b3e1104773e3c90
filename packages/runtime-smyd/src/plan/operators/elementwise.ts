import {
  alphaRule,
  arithmeticRule,
  BINARY,
  clipRule,
  floatUnaryRule,
  hardSigmoidRule,
  type OperatorRule,
  powRule,
  readInt,
  UNARY,
  unaryRule,
} from "@samoyed/ir";
import { elementPlace } from "../element-place.ts";
import { type Elements, floatPlace, giveElements, integerPlace, wrapped } from "../element-steps.ts";
import { isInteger } from "../integers.ts";
import { type LowerCall, type Operator, requireRank, type ShapeCall } from "../operator.ts";
import type { Place } from "../places.ts";
import type { BinaryOperator, UnaryOperator } from "../steps.ts";
import { unsupported } from "../unsupported.ts";

/** What each function of two floats is of integers. */
const OF_INTEGERS = {
  add: "int-add",
  sub: "int-sub",
  mul: "int-mul",
  div: "int-div",
  min: "int-min",
  max: "int-max",
  modulo: "int-modulo",
  remainder: "int-remainder",
  equal: "int-equal",
  less: "int-less",
  "less-equal": "int-less-equal",
} as const satisfies Partial<Record<BinaryOperator, BinaryOperator>>;

type Arithmetic = keyof typeof OF_INTEGERS;

/** An activation that no kernel took along is a copy that applies it. */
export function lowerActivation({ fused, shape, lowering }: LowerCall): void {
  const input = lowering.place(fused.inputs[0]!);
  const output = elementPlace(lowering, { name: fused.output, shape, inputs: [input] });
  lowering.copy(input, output, fused.activation);
  lowering.define(fused.output, output);
}

/** Whether every operand that is a batch has its images where the result has them. */
function keepsImages({ inputs, batched }: ShapeCall): boolean {
  const rank = Math.max(...inputs.map((type) => type?.shape.length ?? 0));
  return inputs.every((type, index) => !batched[index] || type?.shape.length === rank);
}

/** An operator of elements; `make` says what it computes of its inputs. */
export function elementwise(
  rule: OperatorRule,
  make: (call: LowerCall, inputs: readonly Place[]) => Elements,
): Operator {
  return {
    rule,
    anyType: true,
    // Before operator set 7, attributes placed the second operand.
    without: ["axis", "broadcast"],
    require: requireRank,
    keepsImages,
    lower(call) {
      const names = call.fused.inputs.filter((name) => name !== "");
      giveElements(
        call,
        make(
          call,
          names.map((name) => call.lowering.place(name)),
        ),
      );
    },
  };
}

/** The type of the first operand; @throws UnsupportedError when it is not a float and has to be one. */
function requireFloats(operator: Operator): Operator {
  return {
    ...operator,
    require(call) {
      requireRank(call);
      const other = call.inputs[0]!.dtype;
      if (other !== "float32") throw unsupported(call.node, `computes with ${other}; only float32 is planned`);
    },
  };
}

/** A function of two numbers of one type, floats or integers. */
function ofNumbers(call: LowerCall, operator: Arithmetic, [left, right]: readonly Elements[]): Elements {
  const dtype = call.dtypeOf(call.fused.inputs[0]!);
  const operands = [left!, right!] as const;
  if (!isInteger(dtype)) return { operator, of: operands };
  const found: Elements = { operator: OF_INTEGERS[operator], of: operands };
  return call.dtypeOf(call.node.outputs[0]!) === "bool" ? found : wrapped(call, dtype, found);
}

function arithmetic(operator: Arithmetic, rule: OperatorRule = arithmeticRule): Operator {
  return elementwise(rule, (call, inputs) => ofNumbers(call, operator, inputs));
}

function comparison(name: string, operator: Arithmetic, turned = false): Operator {
  return elementwise(BINARY[name]!, (call, inputs) => ofNumbers(call, operator, turned ? inputs.toReversed() : inputs));
}

function logic(name: string, operator: "and" | "or" | "xor"): Operator {
  return elementwise(BINARY[name]!, (_, inputs) => ({ operator, of: inputs as [Place, Place] }));
}

/** A function of floats alone. */
function ofFloat(name: string, operator: UnaryOperator = name.toLowerCase() as UnaryOperator): Operator {
  return requireFloats(elementwise(UNARY[name]!, (_, [x]) => ({ operator, of: [x!] })));
}

/** A function of floats, and of integers as `make` says. */
function ofAny(name: string, make: (call: LowerCall, x: Place) => Elements): Operator {
  return elementwise(UNARY[name]!, (call, [x]) => {
    const dtype = call.dtypeOf(call.fused.inputs[0]!);
    if (isInteger(dtype)) return wrapped(call, dtype, make(call, x!));
    return { operator: name.toLowerCase() as UnaryOperator, of: [x!] };
  });
}

/** Bounds that no activation takes: computed ones, and integers. */
function clip(call: LowerCall): Elements {
  const [x, low, high] = call.fused.inputs.map((name) => (name === "" ? undefined : call.lowering.place(name)));
  const above: Elements = low === undefined ? x! : ofNumbers(call, "max", [x!, low]);
  return high === undefined ? above : ofNumbers(call, "min", [above, high]);
}

function infinite(call: LowerCall, x: Place): Elements {
  const [positive, negative] = ["detect_positive", "detect_negative"].map((name) => readInt(call.node, name, 1) !== 0);
  const infinity = floatPlace(call, Infinity);
  if (positive && negative) return { operator: "equal", of: [{ operator: "abs", of: [x] }, infinity] };
  if (positive) return { operator: "equal", of: [x, infinity] };
  if (negative) return { operator: "equal", of: [x, floatPlace(call, -Infinity)] };
  // Nothing is detected, and nothing is beyond infinity.
  return { operator: "less", of: [infinity, x] };
}

/** An activation; `activationOf` in `activations.ts` says what it computes. */
function activation(rule: OperatorRule): Operator {
  return { rule, require: requireRank, lower: lowerActivation };
}

/** Functions of floats that kernels know by the same name. */
const FUNCTIONS = "Sqrt Floor Ceil Round Exp Log Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh".split(" ");

/** Operators that compute element by element. */
export const ELEMENTWISE: Readonly<Record<string, Operator>> = {
  Add: arithmetic("add"),
  Sub: arithmetic("sub"),
  Mul: arithmetic("mul"),
  Div: arithmetic("div"),
  Min: arithmetic("min"),
  Max: arithmetic("max"),
  Mod: elementwise(BINARY["Mod"]!, (call, inputs) =>
    ofNumbers(call, readInt(call.node, "fmod", 0) === 0 ? "modulo" : "remainder", inputs),
  ),
  Pow: requireFloats(
    elementwise(powRule, (call, [base, exponent]) => {
      const whole = isInteger(call.dtypeOf(call.fused.inputs[1]!));
      return { operator: "pow", of: [base!, whole ? { operator: "to-float", of: [exponent!] } : exponent!] };
    }),
  ),
  PRelu: requireFloats(
    elementwise(BINARY["PRelu"]!, (_, inputs) => ({ operator: "prelu", of: inputs as [Place, Place] })),
  ),
  Equal: comparison("Equal", "equal"),
  Less: comparison("Less", "less"),
  LessOrEqual: comparison("LessOrEqual", "less-equal"),
  Greater: comparison("Greater", "less", true),
  GreaterOrEqual: comparison("GreaterOrEqual", "less-equal", true),
  And: logic("And", "and"),
  Or: logic("Or", "or"),
  Xor: logic("Xor", "xor"),
  Not: elementwise(BINARY["Not"]!, (call, [x]) => ({ operator: "int-equal", of: [x!, integerPlace(call, 0)] })),
  Where: elementwise(BINARY["Where"]!, (_, inputs) => ({ operator: "select", of: inputs as [Place, Place, Place] })),
  IsNaN: requireFloats(elementwise(UNARY["IsNaN"]!, (_, [x]) => ({ operator: "unequal", of: [x!, x!] }))),
  IsInf: requireFloats(elementwise(UNARY["IsInf"]!, (call, [x]) => infinite(call, x!))),
  Neg: ofAny("Neg", (call, x) => ({ operator: "int-sub", of: [integerPlace(call, 0), x] })),
  Abs: ofAny("Abs", (_, x) => ({ operator: "int-abs", of: [x] })),
  Sign: ofAny("Sign", (call, x) => ({
    operator: "int-min",
    of: [{ operator: "int-max", of: [x, integerPlace(call, -1)] }, integerPlace(call, 1)],
  })),
  Reciprocal: requireFloats(
    elementwise(UNARY["Reciprocal"]!, (call, [x]) => ({ operator: "div", of: [floatPlace(call, 1), x!] })),
  ),
  ...Object.fromEntries(FUNCTIONS.map((name) => [name, ofFloat(name)])),
  Clip: { ...elementwise(clipRule, clip), without: ["min", "max"] },
  Relu: activation(unaryRule),
  LeakyRelu: activation(alphaRule),
  Elu: activation(alphaRule),
  Sigmoid: activation(floatUnaryRule),
  HardSigmoid: activation(hardSigmoidRule),
  Softplus: activation(floatUnaryRule),
  Tanh: activation(floatUnaryRule),
  Erf: activation(floatUnaryRule),
};
