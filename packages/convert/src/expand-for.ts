import { CANONICAL_OPERATORS, expandOperators, type Format } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";

/** A graph with the operators that a format lacks spelled by those that it has, as far as they can be. */
export async function expandFor(format: Format, graph: Graph): Promise<ReturnType<typeof expandOperators>> {
  return expandOperators(graph, (await format.operators?.()) ?? CANONICAL_OPERATORS);
}
