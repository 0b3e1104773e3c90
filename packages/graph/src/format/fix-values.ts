import { castArray, type DType, type DTypeArrays, formatShape, lazyTensor, UsageError, zeros } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { withoutUnused } from "../rewrites/without-unused.ts";

/** Numbers by the name of an input. */
export type InputValues = ReadonlyMap<string, number>;

/** The parts of a graph that a fixed input changes. */
type Ports = Pick<Graph, "inputs" | "initializers">;

/** An array of one number; `undefined` where the type cannot hold it. */
function oneNumber(value: number, dtype: DType): DTypeArrays[DType] | undefined {
  if (dtype.startsWith("float") || dtype === "bfloat16") return castArray(Float64Array.of(value), "float64", dtype);
  if (!Number.isSafeInteger(value)) return undefined;
  const { data } = zeros(dtype, [1]);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[0] = BigInt(value);
  else data[0] = value;
  return Number(data[0]) === value ? data : undefined;
}

/**
 * Fixes inputs of one number, such as a sampling rate: each becomes a constant.
 *
 * @throws UsageError when a name is no input, an input has more than one number, or its type cannot hold the number.
 */
export function fixInputValues(graph: Ports, given: InputValues): Ports {
  const initializers = new Map(graph.initializers);
  for (const [name, value] of given) {
    const input = graph.inputs.find((one) => one.name === name);
    if (input === undefined) {
      throw new UsageError(`the model has no input ${JSON.stringify(name)}`, {
        hint: `Its inputs are ${graph.inputs.map((one) => one.name).join(", ")}.`,
      });
    }
    const { dtype, shape } = input;
    const what = `the input ${JSON.stringify(name)} is ${dtype} ${formatShape(shape)}`;
    if (shape.some((size) => size !== 1)) {
      throw new UsageError(`${what}; only an input of one number gets a value`, {
        hint: "To fix a size, use --shape.",
      });
    }
    const data = oneNumber(value, dtype);
    if (data === undefined) throw new UsageError(`${what}, which cannot hold ${value}`);
    initializers.set(name, lazyTensor(name, { dtype, shape: shape.map(() => 1), data }));
  }
  return { inputs: graph.inputs.filter(({ name }) => !given.has(name)), initializers };
}

/**
 * Fixes inputs of one number of a graph, which no longer takes them.
 *
 * @throws UsageError as `fixInputValues` does.
 */
export function fixValues(graph: Graph, given: InputValues): Graph {
  return given.size === 0 ? graph : withoutUnused({ ...graph, ...fixInputValues(graph, given) });
}
