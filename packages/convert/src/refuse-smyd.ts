import { type Contract, type ReadOptions, type Shape, UnsupportedError } from "@samoyed/core";
import { outlineSmyd, type SmydWeights } from "@samoyed/format-smyd";
import { type Graph, inferShapes } from "@samoyed/graph";
import { findRefusals, planningSizes, type Refusal } from "@samoyed/runtime-smyd/plan";

/** What is planned besides the graph. */
export interface RefuseSmydOptions extends ReadOptions {
  readonly contract: Contract | undefined;
  readonly weights: SmydWeights;
}

/**
 * Requires the runtime of `.smyd` models to compute a graph, before anything is written.
 *
 * Where image sizes are open, operators are checked at 224 × 224 pixels, and what only depends on sizes is left to the
 * run.
 *
 * @throws UnsupportedError naming every node that it does not compute, with its operator and the reason.
 */
export async function refuseSmyd(graph: Graph, { contract, ...options }: RefuseSmydOptions): Promise<void> {
  const outline = await outlineSmyd(graph, options);
  const { sizes, batch, exact } = planningSizes({ graph: outline.graph, ...(contract && { contract }) });
  const refusals = findRefusals(outline, { sizes, exact, shapes: shapesFor(graph, { sizes: sizes.inputs, batch }) });
  if (refusals.length === 0) return;
  throw new UnsupportedError(
    `the .smyd runtime cannot run this model: ${refusals.map(describe).join("; ")}; nothing was written`,
    { hint: "Convert with --to onnx, and run the model on onnxruntime.", details: { refusals } },
  );
}

function describe({ node, op, reason }: Refusal): string {
  return node === undefined ? reason : `node ${JSON.stringify(node)} (${op}): ${reason}`;
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
