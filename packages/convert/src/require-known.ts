import { UnsupportedError } from "@samoyed/core";
import { type Graph, OPERATOR_RULES } from "@samoyed/ir";

/**
 * Requires every operator of a graph that was read to be known.
 *
 * @throws UnsupportedError naming every node whose operator is not.
 */
export function requireKnown({ name, nodes }: Pick<Graph, "name" | "nodes">): void {
  const unknown = nodes.filter(({ op }) => !OPERATOR_RULES.has(op));
  if (unknown.length === 0) return;
  const list = unknown.map((node) => `node ${JSON.stringify(node.name)} (${node.op})`).join(", ");
  throw new UnsupportedError(`graph ${JSON.stringify(name)} has operators that are not known here: ${list}`, {
    hint: "docs/operators.md lists the operators that are read.",
    details: { operators: [...new Set(unknown.map(({ op }) => op))] },
  });
}
