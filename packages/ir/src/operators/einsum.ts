import { readString } from "../attributes.ts";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { Dim, Node, TypedTensor, ValueType } from "../types.ts";
import { describeInput, type InferCall, inputType, MANY, requireSameDType, type RuleTable } from "./rule.ts";

/** An equation with its ellipses expanded: the labels of each operand and of the result. */
export interface Equation {
  readonly operands: readonly (readonly string[])[];
  readonly result: readonly string[];
}

const TERM = /^[A-Za-z]*(?:\.\.\.[A-Za-z]*)?$/;

/** Splits a term into labels; an ellipsis becomes as many numbered labels as there are axes left, counted from the end. */
function labels(term: string, ellipsis: number): string[] {
  const [before, after] = term.split("...");
  if (after === undefined) return before!.split("");
  const unnamed = Array.from({ length: ellipsis }, (_, index) => `…${ellipsis - index}`);
  return [...before!.split(""), ...unnamed, ...after.split("")];
}

/**
 * Parses the equation for operands of given ranks (onnx/docs/Operators.md, Einsum; numpy.einsum). Without `->` the result
 * has the ellipsis and then the labels that occur once, in alphabetical order.
 */
export function parseEquation(call: { readonly node: Node<TypedTensor> }, ranks: readonly number[]): Equation {
  const text = readString(call.node, "equation", "").replaceAll(" ", "");
  const [left, right, ...rest] = text.split("->");
  const terms = left!.split(",");
  if (rest.length > 0 || terms.length !== ranks.length || [...terms, right ?? ""].some((term) => !TERM.test(term))) {
    throw nodeFormatError(
      call.node,
      `attribute "equation" is "${text}", which is not valid for ${ranks.length} operands`,
    );
  }
  const operands = terms.map((term, index) => {
    const left = ranks[index]! - term.replace("...", "").length;
    if (left < 0 || (!term.includes("...") && left > 0)) {
      throw nodeShapeError(call.node, `term "${term}" of the equation does not fit an operand of ${ranks[index]} axes`);
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

/** The size of each label; a size of 1 is expanded. */
function labelSizes(call: InferCall, equation: Equation): ReadonlyMap<string, Dim> {
  const sizes = new Map<string, Dim>();
  for (const [index, names] of equation.operands.entries()) {
    for (const [axis, name] of names.entries()) {
      const size = inputType(call, index).shape[axis]!;
      const known = sizes.get(name) ?? 1;
      if (typeof known === "number" && typeof size === "number" && known !== 1 && size !== 1 && known !== size) {
        throw nodeShapeError(
          call.node,
          `${describeInput(call, index)} has size ${size} for "${name}", which is ${known} elsewhere`,
        );
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
    if (size === undefined)
      throw nodeFormatError(call.node, `the equation's result has "${name}", which no operand has`);
    return size;
  });
  return [{ dtype: inputType(call, 0).dtype, shape }];
}

/** Sums of products by labeled axes (onnx/docs/Operators.md, Einsum). */
export const EINSUM: RuleTable = {
  Einsum: { since: 12, inputs: [1, MANY], attributes: { equation: "string" }, infer: inferEinsum },
};
