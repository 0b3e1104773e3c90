import { columns } from "./columns.ts";
import type { Command, Option } from "./command.ts";

/** Options that every command takes. */
export const COMMON_OPTIONS: Readonly<Record<string, Option>> = {
  json: { type: "boolean", description: "print one JSON document on stdout, and nothing else" },
  help: { type: "boolean", short: "h", description: "print this help" },
  version: { type: "boolean", description: "print the version" },
};

function optionRows(options: Readonly<Record<string, Option>>): string[][] {
  return Object.entries(options).map(([name, option]) => [
    `  --${name}${option.type === "string" ? ` ${option.value ?? "VALUE"}` : ""}`,
    option.description,
  ]);
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const examples = command.examples.map((example) => `  ${example}`).join("\n");
  return `${command.summary}

usage: samoyed ${command.name} ${command.usage}

options:
${columns([...optionRows(command.options), ...optionRows(COMMON_OPTIONS)])}

examples:
${examples}
`;
}

/** The help of the whole program. */
export function programHelp(commands: readonly Command[]): string {
  return `Samoyed converts PyTorch vision checkpoints for JavaScript and proves that they still say the same thing.

usage: samoyed <command> [options]

commands:
${columns(commands.map((command) => [`  ${command.name}`, command.summary]))}

Every command takes --json, --help and --version. Exit codes: 0 done, 1 a check failed, 2 wrong usage, 3 bad input,
4 valid but unsupported, 5 a required backend is unavailable, 70 a bug, 130 interrupted.

examples:
  samoyed convert resnext.pth --to onnx --out models
  samoyed classify models/resnext50_32x4d.onnx dog.jpg
  samoyed check
`;
}
