import { type ReadOptions, throwIfAborted, UnsupportedError } from "@samoyed/core";
import { inferShapes, requireCanonical } from "@samoyed/graph";
import type { Graph, Node } from "@samoyed/ir";
import type { DoorLayout } from "./door-layout.ts";
import { Emitter, tfDType } from "./emitter.ts";
import { LOWERINGS } from "./operators/index.ts";
import { planGroups } from "./plan-groups.ts";
import { type TfGraph, type TfPort, tfShape, typeAttr } from "./tf-graph.ts";
import { laidOut } from "./value.ts";

/** Options of `lowerGraph`. */
export interface LowerOptions extends ReadOptions {
  readonly layout: DoorLayout;
  /** By how much merging groups may make the weights larger, as a share of them. */
  readonly groupBudget: number;
}

/** ONNX operators that can be written for TensorFlow.js. */
export const LOWERED_OPERATORS: readonly string[] = [...LOWERINGS.keys()].sort();

/**
 * The graph in TensorFlow's operators, channels last inside; images are transposed at the boundary, where it says so,
 * and where an operator forces it.
 *
 * @throws UnsupportedError naming all nodes that are not in the canonical form, all of operators that are missing, or
 *   the first that is not written as it is.
 */
export async function lowerGraph(graph: Graph, options: LowerOptions): Promise<TfGraph> {
  const { layout, groupBudget, signal } = options;
  requireCanonical(graph);
  requireOperators(graph);
  const known = inferShapes(graph);
  const reading: ReadOptions = signal === undefined ? {} : { signal };
  const emitter = new Emitter(known, { groupPlan: planGroups(known, groupBudget), reading });
  const inputs = known.inputs.map((input) => lowerInput(input, layout, emitter));
  for (const node of known.nodes) {
    throwIfAborted(signal);
    if (emitter.isAbsorbed(node)) continue;
    requireDTypes(node, emitter);
    await LOWERINGS.get(node.op)!(node, emitter);
  }
  const outputs = known.outputs.map(({ name }) => lowerOutput(name, layout, emitter));
  return { nodes: emitter.nodes, weights: emitter.weights, inputs, outputs };
}

/** The nodes whose operators are not written for TensorFlow.js. */
export function missingOperators({ nodes }: Graph): readonly Node[] {
  return nodes.filter(({ op }) => !LOWERINGS.has(op));
}

function requireOperators(graph: Graph): void {
  const missing = missingOperators(graph);
  if (missing.length === 0) return;
  const list = missing.map(({ op, name }) => `${op} (node "${name}")`);
  throw new UnsupportedError(`graph "${graph.name}": not written for TensorFlow.js: ${list.join(", ")}`, {
    hint: "The README of @samoyed/format-tfjs lists the operators that are.",
    details: { operators: [...new Set(missing.map(({ op }) => op))] },
  });
}

function requireDTypes(node: Node, emitter: Emitter): void {
  for (const name of node.inputs) {
    if (name === "") continue;
    const value = emitter.value(name);
    // Known values may be cast before they become weights.
    if (value.kind === "computed" || node.op !== "Cast") {
      tfDType(value.dtype, `node "${node.name}" (${node.op}): input "${name}"`);
    }
  }
  for (const name of node.outputs) {
    const type = emitter.graph.values.get(name);
    if (type !== undefined) tfDType(type.dtype, `node "${node.name}" (${node.op}): output "${name}"`);
  }
}

function lowerInput(input: Graph["inputs"][number], layout: DoorLayout, emitter: Emitter): TfPort {
  const { name } = input;
  const dtype = tfDType(input.dtype, `input "${name}"`);
  const inside = layout === "nhwc" && input.shape.length === 4 ? "last" : "plain";
  const shape = laidOut(input.shape, inside);
  const attr = { dtype: typeAttr(dtype), shape: { shape: tfShape(shape) } };
  const ref = emitter.emit("Placeholder", [], { as: name, attr });
  emitter.set(name, { kind: "computed", ref, layout: inside, dtype: input.dtype, shape: input.shape });
  return { name, ref, dtype, shape };
}

function lowerOutput(name: string, layout: DoorLayout, emitter: Emitter): TfPort {
  const value = emitter.value(name);
  const dtype = tfDType(value.dtype, `output "${name}"`);
  const inside = layout === "nhwc" && value.shape.length === 4 ? "last" : "plain";
  const ref = emitter.inLayout(value, inside);
  return { name, ref, dtype, shape: laidOut(value.shape, inside) };
}
