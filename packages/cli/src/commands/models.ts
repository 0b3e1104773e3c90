import { UsageError } from "@samoyed/core";
import { listModels, type ModelInfo } from "@samoyed/models";
import { columns } from "../columns.ts";
import type { Command } from "../command.ts";
import { isPublished } from "../is-published.ts";
import { paint } from "../terminal.ts";

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

export const models: Command = {
  name: "models",
  summary: "list architectures and published checkpoints, with license",
  usage: "[PATTERN]",
  options: {},
  examples: ["samoyed models ssl_", "samoyed models 'resnext50*' --json"],
  async run(args, _values, { terminal }) {
    if (args.length > 1) {
      throw new UsageError(`got ${args.length} patterns; expected at most one`, {
        hint: "Quote it, so that the shell does not expand it: samoyed models 'resnext*'",
      });
    }
    const listed = await listModels(args[0]);
    const found = [...listed.filter(isReference), ...listed.filter((model) => !isReference(model))];
    const rows = found.map((model) => [
      model.name,
      `${model.preprocess.inputSize[1]} px`,
      String(model.numClasses),
      isPublished(model) ? model.license : "no published weights",
      model.aliases.join(", "),
    ]);
    const head = ["name", "input", "classes", "license", "former names"].map((title) => paint(terminal, "bold", title));
    return {
      json: found.map((model) => ({ ...model, published: isPublished(model) })),
      text:
        found.length === 0
          ? `no model matches ${JSON.stringify(args[0])}`
          : `${columns([head, ...rows])}\n${countText(found)}`,
    };
  },
};
