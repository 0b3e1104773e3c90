import { UsageError } from "@samoyed/core";
import { listModels } from "@samoyed/models";
import { columns } from "../columns.ts";
import type { Command } from "../command.ts";
import { paint } from "../terminal.ts";

export const models: Command = {
  name: "models",
  summary: "list architectures and published checkpoints, with licence",
  usage: "[PATTERN]",
  options: {},
  examples: ["samoyed models ssl", "samoyed models 'resnext50*' --json"],
  async run(args, _values, { terminal }) {
    if (args.length > 1) {
      throw new UsageError(`got ${args.length} patterns; expected at most one`, {
        hint: "Quote it, so that the shell does not expand it: samoyed models 'resnext*'",
      });
    }
    const found = listModels(args[0]);
    const rows = found.map((model) => [
      model.name,
      `${model.preprocess.inputSize[1]} px`,
      String(model.numClasses),
      model.license,
      model.aliases.join(", "),
    ]);
    const head = ["name", "input", "classes", "licence", "former names"].map((title) => paint(terminal, "bold", title));
    return {
      json: found,
      text:
        found.length === 0
          ? `no model matches ${JSON.stringify(args[0])}`
          : `${columns([head, ...rows])}\n${found.length} published checkpoints`,
    };
  },
};
