import { UnsupportedError } from "@samoyed/core";
import { CANONICAL_OPSET, type Graph } from "@samoyed/ir";
import { applyRules, findPending } from "./apply-rules.ts";
import { DECOMPOSITIONS, UPGRADES } from "./rules.ts";

/**
 * Requires a graph to be in the canonical form, as far as each of its nodes has one: writers lower that form alone.
 *
 * @throws UnsupportedError naming the nodes that `canonicalize` would replace, or those that keep the graph in another
 * operator set, with the reasons.
 */
export function requireCanonical(graph: Graph): void {
  const { name, opset } = graph;
  if (opset !== CANONICAL_OPSET) {
    const { declined } = applyRules(graph, UPGRADES, CANONICAL_OPSET);
    const reasons = declined.map(({ node, reason }) => `node "${node}": ${reason}`).join("; ");
    throw new UnsupportedError(
      `graph "${name}" uses operator set ${opset}; expected ${CANONICAL_OPSET}${reasons && `, in which it cannot be expressed: ${reasons}`}`,
      {
        ...(declined.length === 0 && { hint: "Bring it into the canonical form by canonicalize of @samoyed/graph." }),
        details: { opset, declined },
      },
    );
  }
  const pending = findPending(graph, [...UPGRADES, ...DECOMPOSITIONS]);
  if (pending.length === 0) return;
  const list = pending.map((node) => `${node.op} (node "${node.name}")`).join(", ");
  throw new UnsupportedError(`graph "${name}" is not in the canonical form: ${list}`, {
    hint: "Bring it there by canonicalize of @samoyed/graph.",
    details: { operators: [...new Set(pending.map(({ op }) => op))] },
  });
}
