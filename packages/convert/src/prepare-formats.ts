import { UnsupportedError } from "@samoyed/core";
import {
  CANONICAL_OPERATORS,
  expandOperators,
  type Format,
  type PrepareContext,
  type PreparedModel,
  type Refusal,
} from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { FORMATS } from "./formats.ts";

/** A format that a graph becomes. */
export interface FormatJob {
  readonly format: Format;
  readonly graph: Graph;
  readonly options: PrepareContext["options"];
}

/**
 * Prepares a graph for each format, before anything is written.
 *
 * @throws UnsupportedError where a writer or a format's own runtime refuses a node, naming every one with its operator
 *   and the reason.
 */
export async function prepareFormats(
  jobs: readonly FormatJob[],
  context: Omit<PrepareContext, "options">,
): Promise<readonly PreparedModel[]> {
  const prepared: PreparedModel[] = [];
  for (const { format, graph, options } of jobs) prepared.push(await prepare(format, graph, { ...context, options }));
  const refused = prepared.flatMap(({ refusals }, place) => {
    if (refusals.length === 0) return [];
    return [`the ${jobs[place]!.format.title} runtime cannot run this model: ${refusals.map(describe).join("; ")}`];
  });
  if (refused.length === 0) return prepared;
  const unchecked = FORMATS.find(({ operators }) => operators === undefined)!;
  throw new UnsupportedError(`${refused.join("; ")}; nothing was written`, {
    hint: `Convert with --to ${unchecked.name}, whose engines are not ours.`,
    details: { refusals: prepared.flatMap(({ refusals }) => refusals) },
  });
}

/**
 * Prepares a graph with the operators that a format lacks spelled by those that it has, as far as they can be; a refusal
 * of one that cannot says why.
 */
async function prepare(format: Format, graph: Graph, context: PrepareContext): Promise<PreparedModel> {
  const operators = (await format.operators?.()) ?? CANONICAL_OPERATORS;
  const { graph: expanded, declined } = expandOperators(graph, operators);
  const prepared = await format.prepare(expanded, context);
  const refusals = prepared.refusals.map((refusal) => {
    const whole = declined.find(({ node }) => node === refusal.node);
    return whole === undefined ? refusal : { ...refusal, reason: `${refusal.reason}, and ${whole.reason}` };
  });
  return { ...prepared, refusals };
}

function describe({ node, op, reason }: Refusal): string {
  return node === undefined ? reason : `node ${JSON.stringify(node)} (${op}): ${reason}`;
}
