import { formatShape, ShapeError, UsageError } from "@samoyed/core";
import type { Dim, Graph, ValueInfo } from "@samoyed/ir";
import { inferShapes } from "../infer.ts";
import { openSizes } from "./open-sizes.ts";

type Inputs = readonly ValueInfo[];

/** Sizes by symbol, or by the place of one, `INPUT:AXIS`. */
export type Sizes = ReadonlyMap<string, number>;

/** The words that a user may choose from, for hints. */
function choices(open: ReadonlyMap<string, readonly string[]>): string {
  if (open.size === 0) return "The model's inputs have no open sizes.";
  return `Open are ${[...open].map(([symbol, places]) => `${symbol} (${places.join(", ")})`).join(", ")}.`;
}

/** The symbol that a key means: a symbol itself, or the place of one, `INPUT:AXIS`. */
function symbolOf(key: string, inputs: Inputs, open: ReadonlyMap<string, readonly string[]>): string {
  if (open.has(key)) return key;
  for (const [symbol, places] of open) if (places.includes(key)) return symbol;
  const input = inputs.find(({ name }) => key.startsWith(`${name}:`));
  throw new UsageError(
    input === undefined
      ? `the model has no open size ${JSON.stringify(key)}`
      : `${JSON.stringify(key)} is not open: the input ${JSON.stringify(input.name)} is ${formatShape(input.shape)}`,
    { hint: choices(open), details: { open: [...open.keys()] } },
  );
}

/** Sizes by symbol, each given once. */
function sizesBySymbol(inputs: Inputs, given: Sizes): Sizes {
  const open = openSizes(inputs);
  const keys = new Map<string, string>();
  const sizes = new Map<string, number>();
  for (const [key, size] of given) {
    const symbol = symbolOf(key, inputs, open);
    const earlier = keys.get(symbol);
    if (earlier !== undefined) {
      throw new UsageError(`${earlier} and ${key} are the same open size, ${symbol}; it was given twice`, {
        hint: "Give it once.",
      });
    }
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new UsageError(`the size of ${key} is ${size}; expected a whole number of 1 or more`);
    }
    keys.set(symbol, key);
    sizes.set(symbol, size);
  }
  return sizes;
}

const fixed = <T extends { readonly shape: readonly Dim[] }>(value: T, sizes: Sizes): T => ({
  ...value,
  shape: value.shape.map((dim) => (typeof dim === "string" ? (sizes.get(dim) ?? dim) : dim)),
});

/**
 * Fixes open sizes of inputs. A key is the name of an open size, as the model has it, or its place: `x:0` is the first
 * axis of the input `x`. A symbol that several inputs share is fixed in all of them.
 *
 * @throws UsageError when a key is no open size (the hint lists them), one is given twice, or not a whole number of 1 or
 * more.
 */
export function fixInputs(inputs: Inputs, given: Sizes): Inputs {
  const sizes = sizesBySymbol(inputs, given);
  return inputs.map((input) => fixed(input, sizes));
}

/**
 * Fixes open sizes of a graph's inputs, as `fixInputs` does, and of all that follows from them.
 *
 * @throws UsageError as `fixInputs` does.
 * @throws ShapeError when the network cannot be computed at these sizes.
 */
export function fixSizes(graph: Graph, given: Sizes): Graph {
  const sizes = sizesBySymbol(graph.inputs, given);
  if (sizes.size === 0) return graph;
  const inputs = graph.inputs.map((input) => fixed(input, sizes));
  const outputs = graph.outputs.map((output) => fixed(output, sizes));
  try {
    return inferShapes({ ...graph, inputs, outputs, values: new Map() });
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    const list = [...sizes].map(([symbol, size]) => `${symbol}=${size}`).join(", ");
    throw new ShapeError(`the network cannot be computed at ${list}: ${cause.message}`, {
      cause,
      hint: "Give sizes that the network takes.",
    });
  }
}
