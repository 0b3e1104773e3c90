import { formatShape } from "@samoyed/core";
import { readInt, readString } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import { sizesDiffer } from "../compare-dims.ts";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { Dim, Node, TypedTensor, ValueType } from "../types.ts";
import { describeInput, type InferCall, inputError, inputType, requireDType, type RuleTable } from "./rule.ts";

/** How an update and the element that it meets become one. */
export type ScatterReduction = (typeof REDUCTIONS)[number];

const REDUCTIONS = ["none", "add", "mul", "max", "min"] as const;

/**
 * Reads the reduction of a ScatterND or ScatterElements.
 *
 * @throws FormatError when it is none that ONNX has.
 */
export function readReduction(node: Node<TypedTensor>): ScatterReduction {
  const text = readString(node, "reduction", "none");
  const found = REDUCTIONS.find((name) => name === text);
  if (found === undefined) {
    throw nodeFormatError(node, `attribute "reduction" is "${text}"; expected ${REDUCTIONS.join(", ")}`);
  }
  return found;
}

function requireShape(call: InferCall, index: number, shape: readonly Dim[]): void {
  const type = inputType(call, index);
  if (type.shape.length !== shape.length || type.shape.some((dim, axis) => sizesDiffer(dim, shape[axis]))) {
    throw inputError(call, index, formatShape(shape));
  }
}

/** The number of axes that one index of a GatherND or ScatterND goes into, after `batch` leading ones. */
function indexedAxes(call: InferCall, batch: number): number {
  const [data, indices] = [inputType(call, 0), inputType(call, 1)];
  requireDType(call, 1, ["int64"]);
  const depth = indices.shape.at(-1);
  if (typeof depth !== "number" || depth < 1 || depth > data.shape.length - batch || batch >= indices.shape.length) {
    throw nodeShapeError(
      call.node,
      `${describeInput(call, 1)} does not index ${describeInput(call, 0)}: its last size is that of one index`,
    );
  }
  return depth;
}

function inferGatherND(call: InferCall): readonly ValueType[] {
  const [data, indices] = [inputType(call, 0), inputType(call, 1)];
  const batch = readInt(call.node, "batch_dims", 0);
  if (batch < 0) throw nodeFormatError(call.node, `attribute "batch_dims" is ${batch}; expected 0 or more`);
  const depth = indexedAxes(call, batch);
  const differing = data.shape.slice(0, batch).some((dim, axis) => sizesDiffer(dim, indices.shape[axis]));
  if (differing) throw inputError(call, 1, `the first ${batch} sizes of input 0`);
  return [{ dtype: data.dtype, shape: [...indices.shape.slice(0, -1), ...data.shape.slice(batch + depth)] }];
}

function inferScatterND(call: InferCall): readonly ValueType[] {
  const [data, indices] = [inputType(call, 0), inputType(call, 1)];
  const depth = indexedAxes(call, 0);
  readReduction(call.node);
  requireDType(call, 2, [data.dtype]);
  requireShape(call, 2, [...indices.shape.slice(0, -1), ...data.shape.slice(depth)]);
  return [data];
}

function inferScatterElements(call: InferCall): readonly ValueType[] {
  const [data, indices] = [inputType(call, 0), inputType(call, 1)];
  normalizeAxis(call.node, readInt(call.node, "axis", 0), data.shape.length);
  readReduction(call.node);
  requireDType(call, 1, ["int64", "int32"]);
  requireDType(call, 2, [data.dtype]);
  if (indices.shape.length !== data.shape.length)
    throw inputError(call, 1, `${data.shape.length} axes, as input 0 has`);
  requireShape(call, 2, indices.shape);
  return [data];
}

/** Operators that choose or replace elements by lists of indices (onnx/docs/Operators.md, under each operator's name). */
export const SCATTER: RuleTable = {
  GatherND: { since: 11, inputs: [2, 2], attributes: { batch_dims: "int" }, infer: inferGatherND },
  ScatterElements: {
    since: 11,
    inputs: [3, 3],
    attributes: { axis: "int", reduction: "string" },
    infer: inferScatterElements,
  },
  ScatterND: { since: 11, inputs: [3, 3], attributes: { reduction: "string" }, infer: inferScatterND },
};
