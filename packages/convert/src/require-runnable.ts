import { UnsupportedError } from "@samoyed/core";
import type { Format, Refusal, RefusalContext } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { expandFor } from "./expand-for.ts";
import { FORMATS } from "./formats.ts";

/**
 * Requires the formats to take a graph and their own runtimes to compute it, before anything is written.
 *
 * @throws UnsupportedError naming every node that one does not take, with its operator and the reason.
 */
export async function requireRunnable(
  graph: Graph,
  { formats, ...context }: RefusalContext & { readonly formats: readonly Format[] },
): Promise<void> {
  const refused: string[] = [];
  const all: Refusal[] = [];
  for (const format of formats) {
    const refusals = await refusalsOf(format, graph, context);
    if (refusals.length === 0) continue;
    refused.push(`the ${format.title} runtime cannot run this model: ${refusals.map(describe).join("; ")}`);
    all.push(...refusals);
  }
  if (refused.length === 0) return;
  const unchecked = FORMATS.find(({ findRefusals }) => findRefusals === undefined)!;
  throw new UnsupportedError(`${refused.join("; ")}; nothing was written`, {
    hint: `Convert with --to ${unchecked.name}, whose engines are not ours.`,
    details: { refusals: all },
  });
}

/** What a format does not take, with the reason why it could not be spelled by what it takes. */
async function refusalsOf(format: Format, graph: Graph, context: RefusalContext): Promise<readonly Refusal[]> {
  if (format.findRefusals === undefined) return [];
  const { graph: expanded, declined } = await expandFor(format, graph);
  const refusals = await format.findRefusals(expanded, context);
  return refusals.map((refusal) => {
    const whole = declined.find(({ node }) => node === refusal.node);
    return whole === undefined ? refusal : { ...refusal, reason: `${refusal.reason}, and ${whole.reason}` };
  });
}

function describe({ node, op, reason }: Refusal): string {
  return node === undefined ? reason : `node ${JSON.stringify(node)} (${op}): ${reason}`;
}
