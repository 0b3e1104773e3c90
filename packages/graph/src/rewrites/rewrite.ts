import type { Graph, Node } from "@samoyed/ir";
import { inferShapes } from "../infer.ts";
import { verifyGraph } from "../verify.ts";
import { type Change, Draft, type GraphView } from "./graph-view.ts";

/** Outcome of a rewrite for a node that it looked at. */
export type Outcome = { readonly declined: string } | { readonly change: Change };

/** One rewrite: what `defineRewrite` makes. */
export interface Rewrite {
  readonly name: string;
  /** `undefined` where the pattern does not match; else the change, or the reason for leaving it. */
  visit(node: Node, view: GraphView): Outcome | undefined;
}

/** The three parts of a rewrite; one file each has them, with the algebra at its top. */
export interface RewriteParts<Match> {
  readonly name: string;
  /** The operands when the pattern ends at `node`, else `undefined`. */
  pattern(node: Node, view: GraphView): Match | undefined;
  /** The reason why the match must be left as it is, in words; `undefined` when it may be rewritten. */
  check(match: Match, view: GraphView): string | undefined;
  /** Makes the change. The result must compute the same function. */
  rewrite(match: Match, view: GraphView): Change;
}

/** Makes a rewrite of its parts. */
export function defineRewrite<Match>(parts: RewriteParts<Match>): Rewrite {
  return {
    name: parts.name,
    visit(node, view) {
      const match = parts.pattern(node, view);
      if (match === undefined) return undefined;
      const reason = parts.check(match, view);
      return reason === undefined ? { change: parts.rewrite(match, view) } : { declined: reason };
    },
  };
}

/** Result of `rewriteGraph`. */
export interface RewriteResult {
  readonly graph: Graph;
  /** Every application, with the node at which the pattern ended. */
  readonly applied: readonly { readonly rewrite: string; readonly node: string }[];
  /** Every match that was left as it is, with the reason. */
  readonly declined: readonly { readonly rewrite: string; readonly node: string; readonly reason: string }[];
}

/**
 * Applies rewrites one after another, each until it finds nothing more; shapes are inferred and the graph verified
 * after each. The names and the order of the graph's inputs and outputs stay.
 *
 * @throws FormatError, ShapeError or UnsupportedError as `verifyGraph` does.
 */
export function rewriteGraph(graph: Graph, rewrites: readonly Rewrite[]): RewriteResult {
  let current = inferShapes(graph);
  verifyGraph(current);
  const applied: { rewrite: string; node: string }[] = [];
  const declined: { rewrite: string; node: string; reason: string }[] = [];
  for (const rewrite of rewrites) {
    for (;;) {
      const draft = new Draft(current);
      const refusals: { rewrite: string; node: string; reason: string }[] = [];
      let changes = 0;
      for (const node of draft.nodes()) {
        // An earlier change may have removed or replaced it; the next round sees its replacement.
        if (!draft.has(node)) continue;
        const outcome = rewrite.visit(node, draft);
        if (outcome === undefined) continue;
        if ("declined" in outcome) {
          refusals.push({ rewrite: rewrite.name, node: node.name, reason: outcome.declined });
          continue;
        }
        draft.apply(outcome.change, node);
        applied.push({ rewrite: rewrite.name, node: node.name });
        changes++;
      }
      if (changes === 0) {
        for (const refusal of refusals) declined.push(refusal);
        break;
      }
      current = inferShapes(draft.finish());
      verifyGraph(current);
    }
  }
  return { graph: current, applied, declined };
}
