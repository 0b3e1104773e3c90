import { UnsupportedError, UsageError } from "@samoyed/core";
import { findModel, listModels, type ModelInfo } from "@samoyed/models";
import type { Command } from "../command.ts";
import { isPublished } from "../is-published.ts";
import { FILTER_OPTIONS, modelFilter } from "../models/filters.ts";
import { modelTable } from "../models/model-table.ts";
import { paint } from "../terminal.ts";
import { choice } from "../values.ts";

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;

/** The twelve semi-supervised and semi-weakly supervised networks that Samoyed began with; they are listed first. */
function isReference({ name }: ModelInfo): boolean {
  return /\.fb_sw?sl_/u.test(name);
}

/** How many are published, and how many are names of architectures alone. */
function countText(found: readonly ModelInfo[]): string {
  const published = found.filter(isPublished).length;
  const others = found.length - published;
  return [
    ...(published > 0 || others === 0 ? [count(published, "published checkpoint")] : []),
    ...(others > 0 ? [`${count(others, "architecture")} without published weights`] : []),
  ].join(", ");
}

/** What each order goes by; a model without the number comes last. */
const ORDERS: Readonly<Record<string, (model: ModelInfo) => number>> = {
  params: ({ parameters }) => parameters ?? Infinity,
  macs: ({ multiplyAdds }) => multiplyAdds ?? Infinity,
  top1: ({ accuracy }) => -(accuracy?.top1 ?? 0),
};

/** The models in an order; by name, those that Samoyed began with come first. */
function sorted(models: readonly ModelInfo[], order: string): readonly ModelInfo[] {
  const by = ORDERS[order];
  if (by === undefined) return [...models.filter(isReference), ...models.filter((model) => !isReference(model))];
  return models.toSorted((a, b) => by(a) - by(b) || 0);
}

/** Why nothing is listed, with the names that may have been meant. */
async function nothingText(pattern: string | undefined, isFiltered: boolean): Promise<string> {
  if (isFiltered)
    return `no model matches ${pattern === undefined ? "" : `${JSON.stringify(pattern)} and `}the options`;
  const nothing = `no model matches ${JSON.stringify(pattern)}`;
  try {
    await findModel(pattern!.replaceAll(/[*?]/gu, ""));
    return nothing;
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return `${error.details["removed"] === true ? error.message : nothing}\n${error.hint}`;
  }
}

export const models: Command = {
  name: "models",
  summary: "list architectures and published checkpoints, with size, accuracy and license",
  usage: "[PATTERN] [options]",
  options: {
    ...FILTER_OPTIONS,
    sort: { type: "string", value: "ORDER", description: "name (default), params, macs or top1" },
  },
  examples: [
    "samoyed models ssl_",
    "samoyed models 'resnext50*' --json",
    "samoyed models --convertible --license apache-2.0,mit --max-params 10M --sort top1",
  ],
  async run(args, values, { terminal }) {
    if (args.length > 1) {
      throw new UsageError(`got ${args.length} patterns; expected at most one`, {
        hint: "Quote it, so that the shell does not expand it: samoyed models 'resnext*'",
      });
    }
    const [pattern] = args;
    const order = choice(values, "sort", ["name", ...Object.keys(ORDERS)]);
    const matching = await listModels(pattern);
    const found = sorted(matching.filter(await modelFilter(values, await listModels())), order);
    // Of a model that another name led to, that name is shown.
    const named = new Set(
      pattern === undefined ? [] : (await listModels(pattern, { formerNames: false })).map(({ name }) => name),
    );
    const note = ({ name, aliases }: ModelInfo): string | undefined =>
      pattern === undefined || named.has(name) ? undefined : `formerly ${aliases.join(", ")}`;
    const table = modelTable(found, {
      width: terminal.width,
      note,
      head: (line) => paint(terminal, "bold", line),
    });
    return {
      json: found.map((model) => ({ ...model, published: isPublished(model) })),
      text: found.length === 0 ? await nothingText(pattern, matching.length > 0) : `${table}\n${countText(found)}`,
    };
  },
};
