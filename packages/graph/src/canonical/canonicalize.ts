import { CANONICAL_OPSET, type Graph } from "@samoyed/ir";
import { dropIdentities } from "../rewrites/drop-identities.ts";
import { foldConstants } from "../rewrites/fold-constants.ts";
import { rewriteGraph } from "../rewrites/rewrite.ts";
import { verifyGraph } from "../verify.ts";
import { applyRules } from "./apply-rules.ts";
import { DECOMPOSITIONS, RESOLUTIONS, UPGRADES } from "./rules.ts";

/** Report of `canonicalize`: what it did, and what it had to leave. */
export interface CanonicalReport {
  /**
   * The operator sets before and after: they differ from `CANONICAL_OPSET` only where a node cannot be expressed in it.
   */
  readonly opset: { readonly from: number; readonly to: number };
  /** Every application of a rule or rewrite, with its node. */
  readonly applied: readonly { readonly rewrite: string; readonly node: string }[];
  /** Every node that had to stay, with the reason. */
  readonly declined: readonly { readonly rewrite: string; readonly node: string; readonly reason: string }[];
}

/** The result of `canonicalize`. */
export interface CanonicalResult {
  readonly graph: Graph;
  readonly report: CanonicalReport;
}

/**
 * Brings a graph into the canonical form: the operators of `CANONICAL_OPERATORS` at `CANONICAL_OPSET`, with explicit
 * padding, constants as weights, known shapes folded, and without identities. It computes the same function; inputs and
 * outputs keep their names, and no weight is read.
 *
 * A node that has no canonical form stays as it is, with the reason in the report. Where it has none in the canonical
 * operator set at all, the whole graph stays in its own.
 *
 * @throws FormatError, ShapeError or UnsupportedError as `verifyGraph` does.
 */
export function canonicalize(graph: Graph): CanonicalResult {
  verifyGraph(graph);
  const applied: CanonicalReport["applied"][number][] = [];
  const declined: CanonicalReport["declined"][number][] = [];
  const note = <T extends CanonicalReport | Omit<CanonicalReport, "opset">>(result: T): T => {
    applied.push(...result.applied);
    declined.push(...result.declined);
    return result;
  };
  const from = graph.opset;
  let current = note(applyRules(graph, UPGRADES, CANONICAL_OPSET)).graph;
  if (current.opset === CANONICAL_OPSET) {
    const early = applyRules(current, DECOMPOSITIONS, CANONICAL_OPSET);
    applied.push(...early.applied);
    current = note(rewriteGraph(early.graph, [foldConstants])).graph;
    // Folded sizes tell the types that some decompositions wait for.
    const late = note(applyRules(current, DECOMPOSITIONS, CANONICAL_OPSET));
    current = late.applied.length === 0 ? late.graph : note(rewriteGraph(late.graph, [foldConstants])).graph;
    current = note(applyRules(current, RESOLUTIONS, CANONICAL_OPSET)).graph;
    current = note(rewriteGraph(current, [dropIdentities])).graph;
  }
  return { graph: current, report: { opset: { from, to: current.opset }, applied, declined } };
}
