import { SamoyedError, type Shape, UnsupportedError } from "@samoyed/core";
import { type Dim, messageWithoutNode } from "@samoyed/ir";
import { alignUp } from "./arena.ts";
import { isPortType, PORT_TYPES } from "./integers.ts";
import type { PlanModel, PlanNode } from "./model.ts";
import { OPERATORS } from "./operators/index.ts";
import { planProgram } from "./plan.ts";
import { isIdentity } from "./resolve.ts";
import type { InputSizes } from "./sizes.ts";

/** Something that the runtime would refuse. */
export interface Refusal {
  /** The node's name and operator; absent where it is not one node's doing. */
  readonly node?: string;
  readonly op?: string;
  /** The reason, as a sentence without the node. */
  readonly reason: string;
}

/** Options of `findRefusals`. */
export interface FindRefusalsOptions {
  readonly sizes: InputSizes;
  /**
   * The shape of every value for those sizes, as far as it can be inferred; a symbol on axis 0 counts images. From it
   * what follows a refused node is planned all the same.
   */
  readonly shapes: ReadonlyMap<string, readonly Dim[]>;
  /** Whether runs have these sizes; else what only depends on sizes is no refusal. */
  readonly exact: boolean;
}

/** The address at which data is supposed; any above 0. */
const DATA_ADDRESS = 1024;

/**
 * Everything for which the runtime would refuse a graph: plans it without a device, and goes on after each node that
 * cannot be planned, as if its outputs were inputs. What is no node's doing comes first, nodes in the graph's order. Of
 * the data section only what planning reads has to be there: lists of integers and scalars.
 */
export function findRefusals(given: PlanModel, { sizes, shapes, exact }: FindRefusalsOptions): readonly Refusal[] {
  const refusals: Refusal[] = [...given.graph.inputs, ...given.graph.outputs]
    .filter(({ dtype }) => !isPortType(dtype))
    .map(({ name, dtype }) => ({ reason: `${JSON.stringify(name)} is ${dtype}; ${PORT_TYPES} go in and out` }));
  let model = given;
  const inputs = new Map(sizes.inputs);
  const batched = new Set(sizes.batched);
  const order = new Map(given.graph.nodes.map(({ name }, index) => [name, index]));

  function drop(dropped: ReadonlySet<PlanNode>): void {
    for (const name of [...dropped].flatMap(({ outputs }) => outputs)) {
      const shape = shapes.get(name);
      if (name === "" || shape === undefined || shape.slice(1).some((dim) => typeof dim === "string")) continue;
      const [first, ...rest] = shape;
      if (typeof first === "string") batched.add(name);
      inputs.set(name, (typeof first === "string" ? [1, ...rest] : shape) as Shape);
    }
    model = withoutNodes(model, { dropped, known: inputs });
  }

  const unknown = given.graph.nodes.filter((node) => !OPERATORS.has(node.op) && !isIdentity(node));
  for (const { name: node, op } of unknown)
    refusals.push({ node, op, reason: "is of an operator that no kernel computes" });
  drop(new Set(unknown));
  for (;;) {
    const error = planningError(model, { inputs, batched });
    if (error === undefined) break;
    const node = model.graph.nodes.find(({ name }) => name === error.details["node"]);
    if (exact || (error instanceof UnsupportedError && node !== undefined)) refusals.push(refusalOf(error, node));
    if (node === undefined) break;
    drop(new Set([node]));
  }
  const place = ({ node }: Refusal): number => order.get(node ?? "") ?? -1;
  return refusals.toSorted((a, b) => place(a) - place(b));
}

function planningError(model: PlanModel, sizes: InputSizes): SamoyedError | undefined {
  // Nothing is left to be planned.
  if (model.graph.outputs.length === 0) return undefined;
  try {
    planProgram(model, { ...sizes, dataAddress: DATA_ADDRESS, address: alignUp(DATA_ADDRESS + model.data.length) });
    return undefined;
  } catch (error) {
    if (error instanceof SamoyedError) return error;
    throw error;
  }
}

function refusalOf({ message }: SamoyedError, node: PlanNode | undefined): Refusal {
  if (node === undefined) return { reason: message };
  const { name, op } = node;
  return { node: name, op, reason: messageWithoutNode(message, node) };
}

/**
 * The graph without some nodes, and without what follows from values that are then unknown. Its ends become outputs.
 */
function withoutNodes(
  model: PlanModel,
  { dropped, known }: { readonly dropped: ReadonlySet<PlanNode>; readonly known: ReadonlyMap<string, Shape> },
): PlanModel {
  const { graph } = model;
  const values = new Set(["", ...known.keys(), ...graph.initializers.keys()]);
  const nodes = graph.nodes.filter((node) => {
    if (dropped.has(node) || !node.inputs.every((name) => values.has(name))) return false;
    for (const name of node.outputs) values.add(name);
    return true;
  });
  const outputs = graph.outputs.filter(({ name }) => values.has(name));
  const ends = nodes.at(-1)?.outputs[0];
  const last = ends === undefined || outputs.length > 0 ? [] : [{ name: ends, dtype: "float32", shape: [] } as const];
  return { ...model, graph: { ...graph, nodes, outputs: [...outputs, ...last] } };
}
