import { type ReadOptions, throwIfAborted, UnsupportedError } from "@samoyed/core";
import { inferShapes } from "@samoyed/graph";
import { type Graph, type Node, nodeUnsupportedError } from "@samoyed/ir";
import type { DoorLayout } from "./door-layout.ts";
import { tfDType } from "./dtypes.ts";
import { Emitter } from "./emitter.ts";
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

/** A graph that was lowered, as far as it can be. */
export interface Lowered {
  readonly graph: TfGraph;
  /** The nodes that are not written, in the graph's order, and why. Without them the graph is not to be used. */
  readonly refused: readonly { readonly node: Node; readonly error: UnsupportedError }[];
}

/**
 * The graph in TensorFlow's operators, channels last inside; images are transposed at the boundary, where it says so,
 * and where an operator forces it. What follows from a node that is refused is lowered as if its outputs were computed.
 *
 * @throws UnsupportedError where an input or an output has a type that TensorFlow.js does not have.
 */
export async function lowerGraph(graph: Graph, { layout, groupBudget, signal }: LowerOptions): Promise<Lowered> {
  const refused: { node: Node; error: UnsupportedError }[] = [];
  const known = inferShapes(graph);
  const reading: ReadOptions = signal === undefined ? {} : { signal };
  const emitter = new Emitter(known, { groupPlan: planGroups(known, groupBudget), reading });
  const inputs = known.inputs.map((input) => lowerInput(input, layout, emitter));
  for (const node of known.nodes) {
    throwIfAborted(signal);
    if (emitter.isAbsorbed(node) || !node.inputs.every((name) => name === "" || emitter.has(name))) continue;
    try {
      await lowerNode(node, emitter);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      refused.push({ node, error });
      suppose(node, emitter);
    }
  }
  const outputs = refused.length > 0 ? [] : known.outputs.map(({ name }) => lowerOutput(name, layout, emitter));
  return { graph: { nodes: emitter.nodes, weights: emitter.weights, inputs, outputs }, refused };
}

/**
 * Requires all nodes of a graph to be written.
 *
 * @throws UnsupportedError naming all of operators that are missing, or the first that is not written as it is.
 */
export function requireLowered(name: string, { refused }: Lowered): void {
  const missing = refused.filter(({ node }) => !LOWERINGS.has(node.op));
  if (missing.length === 0) {
    if (refused[0] !== undefined) throw refused[0].error;
    return;
  }
  const list = missing.map(({ node }) => `${node.op} (node "${node.name}")`);
  throw new UnsupportedError(`graph "${name}": not written for TensorFlow.js: ${list.join(", ")}`, {
    hint: "The README of @samoyed/format-tfjs lists the operators that are.",
    details: { operators: [...new Set(missing.map(({ node }) => node.op))] },
  });
}

async function lowerNode(node: Node, emitter: Emitter): Promise<void> {
  const lower = LOWERINGS.get(node.op);
  if (lower === undefined) throw nodeUnsupportedError(node, "is of an operator that is not written");
  requireDTypes(node, emitter);
  await lower(node, emitter);
}

/** Makes the outputs of a refused node known, as far as their types are. */
function suppose({ name, outputs }: Node, emitter: Emitter): void {
  for (const output of outputs) {
    const type = emitter.graph.values.get(output) ?? emitter.graph.outputs.find((port) => port.name === output);
    if (output === "" || type === undefined || emitter.has(output)) continue;
    const { dtype, shape } = type;
    emitter.set(output, { kind: "computed", ref: `${name}/refused`, layout: "plain", dtype, shape });
  }
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
