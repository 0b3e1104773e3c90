import { UnsupportedError } from "@samoyed/core";
import type { SmydWeight } from "@samoyed/smyd-file";
import { MAX_PLANNED_NODES } from "./limits.ts";
import type { PlanModel, PlanNode } from "./model.ts";

/** A graph whose every node computes something. */
export interface ResolvedModel extends PlanModel {
  /** The value that a name refers to: itself, or what an Identity passed on. */
  resolve(name: string): string;
}

/**
 * The same graph without Identity nodes, whose outputs become other names of what they pass on: in the canonical form
 * they give an input or a constant the name of an output. The transpose of a packed matrix becomes a constant too.
 *
 * @throws UnsupportedError for more nodes than the planner takes.
 */
export function resolveModel(model: PlanModel): ResolvedModel {
  const { graph } = model;
  if (graph.nodes.length > MAX_PLANNED_NODES) {
    throw new UnsupportedError(`the graph has ${graph.nodes.length} nodes; at most ${MAX_PLANNED_NODES} are planned`);
  }
  const names = new Map<string, string>();
  const resolve = (name: string): string => names.get(name) ?? name;
  const nodes: PlanNode[] = [];
  const initializers = new Map(graph.initializers);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(resolve);
    if (isIdentity(node)) names.set(node.outputs[0]!, inputs[0]!);
    else if (!addTransposed(initializers, { ...node, inputs })) nodes.push({ ...node, inputs });
  }
  return { ...model, graph: { ...graph, nodes, initializers }, resolve };
}

/** Whether a node transposes a packed matrix: the panels of [O, I] are those of [I, O], and the result is a constant. */
function addTransposed(initializers: Map<string, SmydWeight>, { op, inputs, outputs, attributes }: PlanNode): boolean {
  const weight = initializers.get(inputs[0] ?? "");
  if (op !== "Transpose" || weight?.layout !== "panel8" || weight.shape.length !== 2) return false;
  const perm = attributes["perm"]?.value as readonly number[] | undefined;
  if (perm !== undefined && perm.join() !== "1,0") return false;
  const name = outputs[0]!;
  initializers.set(name, { ...weight, name, layout: "panel8-transposed", shape: weight.shape.toReversed() });
  return true;
}

/** Whether a node passes a value on, and is planned by no operator. */
export function isIdentity({ op }: PlanNode): boolean {
  return op === "Identity";
}
