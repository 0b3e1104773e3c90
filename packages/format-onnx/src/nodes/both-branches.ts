import { ShapeError } from "@samoyed/core";
import { inferTypes } from "@samoyed/graph";
import type { Graph, Node, ValueType } from "@samoyed/ir";

/** An `If` whose branches are both computed: `Where(condition, yes, no)` for each of its outputs. */
export interface Choice {
  /** Why the node is refused where that is not what it computes. */
  readonly refusal: string;
  readonly condition: string;
  /** The values of the branches and the output, one of each for each output. */
  readonly outputs: readonly { readonly yes: string; readonly no: string; readonly output: string }[];
}

/** Operators that give what `--shape` can fix. */
const SIZES: ReadonlySet<string> = new Set(["Shape", "Size"]);

/**
 * Whether a condition follows from the data of inputs alone: not from open sizes, nor from an input of one number, which
 * can be fixed so that one branch is left.
 */
export function isByData(
  condition: string,
  { nodes, inputs }: Pick<Graph, "inputs"> & { readonly nodes: readonly Node[] },
): boolean {
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const single = new Set(inputs.filter(({ shape }) => shape.every((size) => size === 1)).map(({ name }) => name));
  const seen = new Set<string>();
  const waiting = [condition];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === "" || seen.has(name)) continue;
    seen.add(name);
    const node = producers.get(name);
    if (single.has(name) || (node !== undefined && SIZES.has(node.op))) return false;
    waiting.push(...(node?.inputs ?? []));
  }
  return inputs.some(({ name }) => seen.has(name));
}

/** The reasons against computing both branches: those of different shapes, and conditions of more than one element. */
export function unfitChoices(graph: Graph, choices: readonly Choice[]): readonly string[] {
  if (choices.length === 0) return [];
  let types: ReadonlyMap<string, ValueType>;
  try {
    types = inferTypes(graph);
  } catch (error) {
    // The branch that is not taken need not fit.
    if (error instanceof ShapeError) return choices.map(({ refusal }) => refusal);
    throw error;
  }
  return choices.filter((choice) => !fits(choice, types)).map(({ refusal }) => refusal);
}

function fits({ condition, outputs }: Choice, types: ReadonlyMap<string, ValueType>): boolean {
  const decision = types.get(condition)?.shape;
  return outputs.every(({ yes, no, output }) => {
    const [first, second] = [types.get(yes)?.shape, types.get(no)?.shape];
    // Not among the types: no output of the network needs it.
    if (!types.has(output)) return first === undefined && second === undefined;
    if (first === undefined || second === undefined || decision === undefined) return false;
    const one = decision.length <= first.length && decision.every((size) => size === 1);
    return one && first.length === second.length && first.every((size, axis) => size === second[axis]);
  });
}
