import { UnsupportedError } from "@samoyed/core";
import type { SmydNode, SmydWeight } from "@samoyed/smyd-file";
import { MAX_PLANNED_NODES } from "./limits.ts";
import type { PlanModel } from "./model.ts";
import { readInt, unsupported } from "./node.ts";

/** A graph whose every node computes something. */
export interface ResolvedModel extends PlanModel {
  /** The value that a name stands for: itself, or what an Identity or Dropout passed on. */
  resolve(name: string): string;
}

/**
 * The same graph without the nodes that pass a value on (Identity, Dropout at inference) or hold one (Constant): their
 * outputs become other names of what they hold.
 *
 * @throws UnsupportedError for more nodes than the planner takes, a Dropout in training, or a constant that is no tensor.
 */
export function resolveModel(model: PlanModel): ResolvedModel {
  const { graph } = model;
  if (graph.nodes.length > MAX_PLANNED_NODES) {
    throw new UnsupportedError(`the graph has ${graph.nodes.length} nodes; at most ${MAX_PLANNED_NODES} are planned`);
  }
  const names = new Map<string, string>();
  const weights = new Map(model.weights);
  const resolve = (name: string): string => names.get(name) ?? name;
  const nodes: SmydNode[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(resolve);
    const resolved = { ...node, inputs };
    if (node.op === "Constant") weights.set(node.outputs[0]!, constantOf(node));
    else if (passesOn(resolved, graph.opset)) names.set(node.outputs[0]!, inputs[0]!);
    else nodes.push(resolved);
  }
  return { graph: { ...graph, nodes }, weights, data: model.data, resolve };
}

function constantOf(node: SmydNode): SmydWeight {
  const value = Object.hasOwn(node.attributes, "value") ? node.attributes["value"] : undefined;
  if (value?.type !== "tensor") throw unsupported(node, "holds something else than a tensor");
  return { ...value.value, name: node.outputs[0]! };
}

/** Whether a node may pass a value on or hold one, and is then planned by no operator. */
export function isPassing({ op }: SmydNode): boolean {
  return op === "Identity" || op === "Dropout" || op === "Constant";
}

function passesOn(node: SmydNode, opset: number): boolean {
  if (node.op === "Identity") return true;
  if (node.op !== "Dropout") return false;
  // Opset 6 trains unless `is_test` says otherwise; since 12 an input tells.
  const trains = (node.inputs[2] ?? "") !== "" || (opset < 7 && readInt(node, "is_test", 0) === 0);
  if (trains) throw unsupported(node, "may be in training mode");
  if (node.outputs.length > 1 && node.outputs[1] !== "") throw unsupported(node, "has its mask used");
  return true;
}
