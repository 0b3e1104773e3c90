import { contiguousStrides, elementCount, type Tensor } from "@samoyed/core";
import { readString } from "../attributes.ts";
import type { Dim, Node } from "../ir.ts";
import { newNumbers, numbers, tensorOf } from "./elements.ts";
import {
  describeInput,
  type InferCall,
  inputTensor,
  inputType,
  type InterpretCall,
  malformed,
  MANY,
  misfit,
  type Operator,
  outputType,
  requireSameDType,
  type ValueType,
} from "./operator.ts";
import { offsets } from "./positions.ts";

/** An equation with its ellipses written out: the labels of each operand and of the result. */
export interface Equation {
  readonly operands: readonly (readonly string[])[];
  readonly result: readonly string[];
}

const TERM = /^[A-Za-z]*(?:\.\.\.[A-Za-z]*)?$/;

/** Splits a term into labels; an ellipsis becomes as many numbered ones as axes are left, counted from the end. */
function labels(term: string, ellipsis: number): string[] {
  const [before, after] = term.split("...");
  if (after === undefined) return before!.split("");
  const unnamed = Array.from({ length: ellipsis }, (_, index) => `…${ellipsis - index}`);
  return [...before!.split(""), ...unnamed, ...after.split("")];
}

/**
 * Parses the equation for operands of some ranks (onnx/docs/Operators.md, Einsum; numpy.einsum). Without `->` the result
 * has the ellipsis and then the labels that occur once, in alphabetical order.
 */
export function parseEquation(call: { readonly node: Node }, ranks: readonly number[]): Equation {
  const text = readString(call.node, "equation", "").replaceAll(" ", "");
  const [left, right, ...rest] = text.split("->");
  const terms = left!.split(",");
  if (rest.length > 0 || terms.length !== ranks.length || [...terms, right ?? ""].some((term) => !TERM.test(term))) {
    throw malformed(call, `attribute "equation" is "${text}", which is none for ${ranks.length} operands`);
  }
  const operands = terms.map((term, index) => {
    const left = ranks[index]! - term.replace("...", "").length;
    if (left < 0 || (!term.includes("...") && left > 0)) {
      throw misfit(call, `term "${term}" of the equation does not fit an operand of ${ranks[index]} axes`);
    }
    return labels(term, left);
  });
  const ellipses = operands.map((names) => names.filter((name) => name.startsWith("…")).length);
  const widest = ellipses.reduce((most, count) => Math.max(most, count), 0);
  if (right !== undefined) return { operands, result: labels(right, widest) };
  const all = operands.flat().filter((name) => !name.startsWith("…"));
  const once = [...new Set(all)].filter((name) => all.indexOf(name) === all.lastIndexOf(name)).sort();
  return { operands, result: [...labels("...", widest), ...once] };
}

/** The size of each label; a size of 1 stretches. */
function labelSizes(call: InferCall, equation: Equation): ReadonlyMap<string, Dim> {
  const sizes = new Map<string, Dim>();
  for (const [index, names] of equation.operands.entries()) {
    for (const [axis, name] of names.entries()) {
      const size = inputType(call, index).shape[axis]!;
      const known = sizes.get(name) ?? 1;
      if (typeof known === "number" && typeof size === "number" && known !== 1 && size !== 1 && known !== size) {
        throw misfit(call, `${describeInput(call, index)} has size ${size} for "${name}", which is ${known} elsewhere`);
      }
      if (known === 1 || (typeof known === "string" && size !== 1)) sizes.set(name, size);
    }
  }
  return sizes;
}

function inferEinsum(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  const equation = parseEquation(
    call,
    [...call.inputs.keys()].map((index) => inputType(call, index).shape.length),
  );
  const sizes = labelSizes(call, equation);
  const shape = equation.result.map((name) => {
    const size = sizes.get(name);
    if (size === undefined) throw malformed(call, `the equation's result has "${name}", which no operand has`);
    return size;
  });
  return [{ dtype: inputType(call, 0).dtype, shape }];
}

/** The sum over all labels that the result lacks of the operands' products. */
function interpretEinsum(call: InterpretCall): readonly Tensor[] {
  const tensors = [...call.inputs.keys()].map((index) => inputTensor(call, index));
  const equation = parseEquation(
    call,
    tensors.map((tensor) => tensor.shape.length),
  );
  const sizes = new Map<string, number>();
  for (const [index, names] of equation.operands.entries()) {
    for (const [axis, name] of names.entries()) {
      const size = tensors[index]!.shape[axis]!;
      if (size !== 1 || !sizes.has(name)) sizes.set(name, size);
    }
  }
  const summed = [...sizes.keys()].filter((name) => !equation.result.includes(name));
  const steps = (names: readonly string[], operand: number): Int32Array => {
    const { shape } = tensors[operand]!;
    const strides = contiguousStrides(shape);
    // A label that occurs twice in an operand walks its diagonal: the strides add up.
    const stride = (name: string): number =>
      equation.operands[operand]!.reduce(
        (total, label, axis) => (label === name && shape[axis] !== 1 ? total + strides[axis]! : total),
        0,
      );
    return offsets(
      names.map((name) => sizes.get(name)!),
      names.map(stride),
    );
  };
  const outer = tensors.map((_, operand) => steps(equation.result, operand));
  const inner = tensors.map((_, operand) => steps(summed, operand));
  const values = tensors.map(numbers);
  const terms = elementCount(summed.map((name) => sizes.get(name)!));
  const type = outputType(call);
  const result = newNumbers(type).map((_, index) => {
    let sum = 0;
    for (let term = 0; term < terms; term++) {
      let product = 1;
      for (const [operand, source] of values.entries()) {
        product *= source[outer[operand]![index]! + inner[operand]![term]!]!;
      }
      sum += product;
    }
    return sum;
  });
  return [tensorOf(type, result)];
}

/** Sums of products by labelled axes. */
export const EINSUM: readonly Operator[] = [
  {
    op: "Einsum",
    since: 12,
    inputs: [1, MANY],
    attributes: { equation: "string" },
    infer: inferEinsum,
    interpret: interpretEinsum,
  },
];
