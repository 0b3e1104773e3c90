import { formatShape, quote } from "@samoyed/core";
import { nodeFormatError } from "@samoyed/ir";
import { unsupported } from "./unsupported.ts";
import type { SmydWeight } from "@samoyed/smyd-file";
import { MAX_PLANNED_RANK } from "./limits.ts";
import type { PlanModel, PlanNode } from "./model.ts";

/** Axes, sizes or paddings of one node: two for each axis at most, and scalars. */
const MAX_INTS: number = 4 * MAX_PLANNED_RANK;

/** The constant that a node has as its input; `undefined` where the input is omitted. */
function constantInput(model: PlanModel, node: PlanNode, index: number): SmydWeight | undefined {
  const name = node.inputs[index] ?? "";
  if (name === "") return undefined;
  const weight = model.graph.initializers.get(name);
  if (weight === undefined || weight.layout !== "plain") {
    throw unsupported(node, `computes its input ${index} ${quote(name)}; only a constant is planned`);
  }
  return weight;
}

function viewOf({ data }: PlanModel, { offset, byteLength }: SmydWeight): DataView {
  return new DataView(data.buffer, data.byteOffset + offset, byteLength);
}

/**
 * A list of integers (shape, axes, pads) that a node has as its input; `undefined` where it is omitted.
 *
 * @throws UnsupportedError when it is computed, or of a type other than int64 and int32.
 * @throws FormatError when it has more values than any such list, or one beyond 2^53.
 */
export function readIntsInput(model: PlanModel, node: PlanNode, index: number): number[] | undefined {
  const weight = constantInput(model, node, index);
  if (weight === undefined) return undefined;
  const size = weight.storage === "int64" ? 8 : weight.storage === "int32" ? 4 : 0;
  if (size === 0) throw unsupported(node, `has ${weight.storage} as input ${index}; int64 and int32 are planned`);
  const count = weight.byteLength / size;
  if (count > MAX_INTS || weight.shape.length > 1) {
    throw nodeFormatError(
      node,
      `input ${index} is ${formatShape(weight.shape)}; expected a list of at most ${MAX_INTS}`,
    );
  }
  const view = viewOf(model, weight);
  return Array.from({ length: count }, (_, at) => {
    const value = size === 8 ? Number(view.getBigInt64(8 * at, true)) : view.getInt32(4 * at, true);
    if (!Number.isSafeInteger(value)) throw nodeFormatError(node, `input ${index} holds ${value}`);
    return value;
  });
}

/** The one float32 of a constant; `undefined` where a weight is another thing. */
export function scalarOf(model: PlanModel, weight: SmydWeight | undefined): number | undefined {
  if (weight?.layout !== "plain" || weight.storage !== "float32" || weight.byteLength !== 4) return undefined;
  return viewOf(model, weight).getFloat32(0, true);
}

/**
 * A float32 scalar that a node has as its input (a bound, a fill); `undefined` where it is omitted.
 *
 * @throws UnsupportedError when it is computed, or no float32 scalar.
 */
export function readScalarInput(model: PlanModel, node: PlanNode, index: number): number | undefined {
  const weight = constantInput(model, node, index);
  if (weight === undefined) return undefined;
  const value = scalarOf(model, weight);
  if (value === undefined) {
    throw unsupported(
      node,
      `has ${weight.storage} ${formatShape(weight.shape)} as input ${index}; one float32 is planned`,
    );
  }
  return value;
}
