import { readInt } from "../attributes.ts";
import type { Dim } from "../types.ts";
import type { SizeMath } from "../size-math.ts";
import { type InferCall, inputType, type OperatorRule } from "./rule.ts";

type InferDims = NonNullable<OperatorRule["inferDims"]>;

/** A function of sizes; `undefined` where the result has no name. */
type Formula = (operands: readonly Dim[]) => Dim | undefined;

/** Whether an integer is exact as a double, and within its type. */
function fits(dim: Dim, dtype: string): boolean {
  return typeof dim === "string" || (dtype === "int32" ? dim === (dim | 0) : Number.isSafeInteger(dim));
}

/** The elements of a node's result: its operands' lists, of one length or of one element, element by element. */
function elementwise(formula: (call: InferCall) => Formula): InferDims {
  return (call) => {
    const lists = call.inputs.map((_, index) => call.dims(index));
    if (!lists.every((list) => list !== undefined)) return undefined;
    const length = lists.reduce((most, list) => (list.length === 1 ? most : list.length), 1);
    if (lists.some((list) => list.length !== 1 && list.length !== length)) return undefined;
    const compute = formula(call);
    const { dtype } = inputType(call, call.inputs.length - 1);
    const result: Dim[] = [];
    for (let index = 0; index < length; index++) {
      const operands = lists.map((list) => list[list.length === 1 ? 0 : index]!);
      const value = compute(operands);
      if (value === undefined || ![...operands, value].every((dim) => fits(dim, dtype))) return undefined;
      // Not -0, which is no integer's quotient.
      result.push(value === 0 ? 0 : value);
    }
    return result;
  };
}

/** A function of two sizes. */
type Binary = (a: Dim, b: Dim, sizes: SizeMath) => Dim | undefined;

function divide(a: Dim, b: Dim, sizes: SizeMath): Dim | undefined {
  if (typeof a === "number" && typeof b === "number") return b === 0 ? undefined : Math.trunc(a / b);
  // What is not negative is rounded down, as by a division toward zero.
  return sizes.isCertain(a) && sizes.isCertain(b) ? sizes.divide([a], [b]) : undefined;
}

/** The rest of a division by a number of 1 or more, as Python has it. */
function modulo(a: Dim, b: Dim, sizes: SizeMath): Dim | undefined {
  if (typeof b !== "number" || b < 1) return undefined;
  const whole = sizes.multiply([sizes.floorDivide(a, { add: 0, divide: b, plus: 0 }), b]);
  const rest = whole === undefined ? undefined : sizes.subtract(a, whole);
  return typeof rest === "number" ? rest : undefined;
}

/** Whether one size is certainly not less than another. */
function isAtLeast(a: Dim, b: Dim, sizes: SizeMath): boolean {
  if (a === b) return true;
  if (typeof b === "string") return false;
  return typeof a === "number" ? a >= b : b <= 0 && sizes.isCertain(a);
}

function larger(a: Dim, b: Dim, sizes: SizeMath): Dim | undefined {
  return isAtLeast(a, b, sizes) ? a : isAtLeast(b, a, sizes) ? b : undefined;
}

function smaller(a: Dim, b: Dim, sizes: SizeMath): Dim | undefined {
  return isAtLeast(a, b, sizes) ? b : isAtLeast(b, a, sizes) ? a : undefined;
}

function equal(a: Dim, b: Dim, sizes: SizeMath): Dim | undefined {
  if (a === b) return 1;
  if (typeof a === "number" && typeof b === "number") return 0;
  const [size, number] = typeof a === "number" ? [b, a] : [a, b];
  return typeof number === "number" && number < 0 && sizes.isCertain(size) ? 0 : undefined;
}

function binary(formula: Binary): InferDims {
  return elementwise(
    ({ sizes }) =>
      ([a, b]) =>
        formula(a!, b!, sizes),
  );
}

function folded(formula: Binary): InferDims {
  return elementwise(({ sizes }) => ([first, ...rest]) => {
    let all: Dim | undefined = first;
    for (const dim of rest) all = all === undefined ? undefined : formula(all, dim, sizes);
    return all;
  });
}

/** Adds lists of sizes, some of which may be symbols. */
export const addedDims: InferDims = binary((a, b, { add }) => add([a, b]));

/** Subtracts lists of sizes. */
export const subtractedDims: InferDims = binary((a, b, { subtract }) => subtract(a, b));

/** Multiplies lists of sizes. */
export const multipliedDims: InferDims = binary((a, b, { multiply }) => multiply([a, b]));

/** Divides lists of sizes. */
export const dividedDims: InferDims = binary(divide);

/** The rests of divisions; with `fmod` they have the dividend's sign, which a size does not have. */
export const restDims: InferDims = elementwise(({ node, sizes }) => {
  const signed = readInt(node, "fmod", 0) !== 0;
  return ([a, b]) => (signed && !sizes.isCertain(a!) ? undefined : modulo(a!, b!, sizes));
});

/** Compares lists of sizes: 1 where they are equal. */
export const equalDims: InferDims = binary(equal);

/** The larger of lists of sizes. */
export const largerDims: InferDims = folded(larger);

/** The smaller of lists of sizes. */
export const smallerDims: InferDims = folded(smaller);

/** Chooses from lists of sizes. */
export const chosenDims: InferDims = elementwise(() => ([condition, a, b]) => {
  if (typeof condition !== "number") return undefined;
  return condition === 0 ? b : a;
});
