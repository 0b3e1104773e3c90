import { BINARY, powRule, readInt, UNARY } from "@samoyed/ir";
import { floatPlace, integerPlace, wrapped } from "../element-constants.ts";
import type { Elements } from "../element-steps.ts";
import { isInteger } from "../integers.ts";
import { type LowerCall, type Operator, requireRank } from "../operator.ts";
import type { Place } from "../places.ts";
import type { UnaryOperator } from "../steps.ts";
import { unsupported } from "../unsupported.ts";
import { type Arithmetic, elementwise, ofNumbers } from "./element-operator.ts";

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

function infinite(call: LowerCall, x: Place): Elements {
  const [positive, negative] = ["detect_positive", "detect_negative"].map((name) => readInt(call.node, name, 1) !== 0);
  const infinity = floatPlace(call, Infinity);
  if (positive && negative) return { operator: "equal", of: [{ operator: "abs", of: [x] }, infinity] };
  if (positive) return { operator: "equal", of: [x, infinity] };
  if (negative) return { operator: "equal", of: [x, floatPlace(call, -Infinity)] };
  // Nothing is detected, and nothing is beyond infinity.
  return { operator: "less", of: [infinity, x] };
}

/** Functions of floats that kernels know by the same name. */
const FUNCTIONS = "Sqrt Floor Ceil Round Exp Log Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh".split(" ");

/** Comparisons, logic and functions, element by element. */
export const ELEMENT_FUNCTIONS: Readonly<Record<string, Operator>> = {
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
};
