import { CANONICAL_OPSET, type Graph } from "@samoyed/ir";
import { dropIdentities } from "../rewrites/drop-identities.ts";
import { foldConstants } from "../rewrites/fold-constants.ts";
import { rewriteGraph } from "../rewrites/rewrite.ts";
import { applyRules, type RulesResult } from "./apply-rules.ts";
import { EXPANSIONS } from "./rules.ts";

/** The result of `expandOperators`. */
export type ExpandResult = Pick<RulesResult, "graph" | "declined">;

/**
 * Spells canonical operators that a target lacks by those that it has, as far as that can be done: a recurrent network
 * becomes its steps. A graph in the canonical form stays in it; one that needs nothing is returned as it is.
 *
 * @throws FormatError, ShapeError or UnsupportedError as `verifyGraph` does.
 */
export function expandOperators(graph: Graph, lowered: readonly string[]): ExpandResult {
  const rules = EXPANSIONS.filter(({ into }) => into!.every((op) => lowered.includes(op)))
    .map((rule) => ({ ...rule, ops: rule.ops.filter((op) => !lowered.includes(op)) }))
    .filter(({ ops }) => ops.length > 0);
  if (graph.opset !== CANONICAL_OPSET) return { graph, declined: [] };
  const { graph: expanded, applied, declined } = applyRules(graph, rules, CANONICAL_OPSET);
  if (applied.length === 0) return { graph, declined };
  return { graph: rewriteGraph(expanded, [foldConstants, dropIdentities]).graph, declined };
}
