import {
  arrayToBytes,
  bytesToArray,
  lazyFromChunks,
  type LazyTensor,
  narrowWeights,
  wholeElements,
} from "@samoyed/core";
import { dtypeToOnnx, type Graph, int, type Node } from "@samoyed/ir";
import { inferShapes } from "../infer.ts";
import { verifyGraph } from "../verify.ts";

/** The same weight as float16, rounded to nearest, ties to even; a value that would become infinite is refused. */
function halved(weight: LazyTensor, name: string): LazyTensor {
  return lazyFromChunks({ name, dtype: "float16", shape: weight.shape }, async function* chunks(options) {
    for await (const chunk of wholeElements(weight.chunks(options), 4)) {
      yield arrayToBytes(narrowWeights(bytesToArray(chunk, "float32"), weight.name));
    }
  });
}

/**
 * Stores the large weights in half precision: every float32 initializer of two or more axes becomes a float16 one,
 * named `NAME.float16`, and a Cast gives `NAME` back as float32. The computation stays float32.
 *
 * Weights of fewer axes (biases, batch norm's parameters, whose variances may be outside float16's range) stay as they
 * are: they are less than a hundredth of a network.
 *
 * @throws UnsupportedError, when a weight is read, if it holds a finite value that float16 would make infinite.
 */
export function castWeights(graph: Graph, dtype: "float16"): Graph {
  const initializers = new Map<string, LazyTensor>();
  const casts: Node[] = [];
  const outputs = new Set(graph.outputs.map((output) => output.name));
  const taken = new Set([
    ...graph.inputs.map((input) => input.name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((node) => [node.name, ...node.outputs]),
  ]);
  const fresh = (base: string): string => {
    let name = base;
    for (let count = 1; taken.has(name); count++) name = `${base}_${count}`;
    taken.add(name);
    return name;
  };
  for (const [name, weight] of graph.initializers) {
    if (weight.dtype !== "float32" || weight.shape.length < 2 || outputs.has(name)) {
      initializers.set(name, weight);
      continue;
    }
    const stored = halved(weight, fresh(`${name}.${dtype}`));
    initializers.set(stored.name, stored);
    casts.push({
      name: fresh(`${name}.Cast`),
      op: "Cast",
      inputs: [stored.name],
      outputs: [name],
      attributes: { to: int(dtypeToOnnx("float32")) },
    });
  }
  const cast = inferShapes({ ...graph, initializers, nodes: [...casts, ...graph.nodes], values: new Map() });
  verifyGraph(cast);
  return cast;
}
