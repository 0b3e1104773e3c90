import type { Shape } from "@samoyed/core";
import type { SmydWeights } from "@samoyed/format-smyd";
import { inferShapes, type PrepareContext, type Refusal } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";

/** Lists the operators that the runtime of `.smyd` models computes. */
export async function smydOperators(): Promise<readonly string[]> {
  return (await import("@samoyed/runtime-smyd/plan")).PLANNED_OPERATORS;
}

/**
 * Every node that the runtime of `.smyd` models does not compute.
 *
 * Where image sizes are open, operators are checked at 224 × 224 pixels, and what only depends on sizes is left to the
 * run.
 */
export async function smydRefusals(
  graph: Graph,
  { contract, weights, signal }: Omit<PrepareContext, "options">,
): Promise<readonly Refusal[]> {
  const [{ outlineSmyd }, { findRefusals, planningSizes }] = await Promise.all([
    import("@samoyed/format-smyd"),
    import("@samoyed/runtime-smyd/plan"),
  ]);
  const outline = await outlineSmyd(graph, { weights: weights as SmydWeights | undefined, signal });
  const { sizes, batch, exact } = planningSizes({ graph: outline.graph, ...(contract && { contract }) });
  return findRefusals(outline, { sizes, exact, shapes: shapesFor(graph, { sizes: sizes.inputs, batch }) });
}

/** Every value's shape for inputs of these sizes; the batch stays a symbol. */
function shapesFor(
  graph: Graph,
  { sizes, batch }: { readonly sizes: ReadonlyMap<string, Shape>; readonly batch: string | undefined },
): ReadonlyMap<string, Graph["inputs"][number]["shape"]> {
  const inputs = graph.inputs.map((input) => {
    const [first, ...rest] = sizes.get(input.name)!;
    return { ...input, shape: input.shape[0] === batch && batch !== undefined ? [batch, ...rest] : [first!, ...rest] };
  });
  const { values, outputs } = inferShapes({ ...graph, inputs });
  return new Map([...values.values(), ...outputs].map(({ name, shape }) => [name, shape]));
}
