import { columns } from "./columns.ts";
import type { Command, Option } from "./command.ts";

/** Options that every command takes. */
export const COMMON_OPTIONS: Readonly<Record<string, Option>> = {
  json: { type: "boolean", description: "print one JSON document on stdout, and nothing else" },
  help: { type: "boolean", short: "h", description: "print this help" },
  version: { type: "boolean", description: "print the version" },
};

/** Columns of the terminal that every help fits in, but for its examples. */
const WIDTH = 80;
/** Where descriptions begin; that of a longer option begins on the next line. */
const INDENT = 30;

/** Words in lines of at most `width` columns. */
function wrapped(description: string, width: number): string[] {
  const lines = [""];
  for (const word of description.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}

function optionText(options: Readonly<Record<string, Option>>): string {
  const entries = Object.entries(options).map(([name, option]) => {
    const left = `  --${name}${option.type === "string" ? ` ${option.value ?? "VALUE"}` : ""}`;
    const description = wrapped(option.description, WIDTH - INDENT).join(`\n${" ".repeat(INDENT)}`);
    const gap = left.length + 2 > INDENT ? `\n${" ".repeat(INDENT)}` : " ".repeat(INDENT - left.length);
    return left + gap + description;
  });
  return entries.join("\n");
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const examples = command.examples.map((example) => `  ${example}`).join("\n");
  return `${command.summary}

usage: samoyed ${command.name} ${command.usage}

options:
${optionText({ ...command.options, ...COMMON_OPTIONS })}

examples:
${examples}
`;
}

/** The help of the whole program. */
export function programHelp(commands: readonly Command[]): string {
  return `Samoyed converts PyTorch vision checkpoints for JavaScript and proves that they
still say the same thing.

usage: samoyed <command> [options]

commands:
${columns(commands.map((command) => [`  ${command.name}`, command.summary]))}

Every command takes --json, --help and --version. Exit codes: 0 done, 1 a check
failed, 2 wrong usage, 3 bad input, 4 valid but unsupported, 5 a required
backend is unavailable, 70 a bug, 130 interrupted.

examples:
  samoyed convert resnext.pth --to onnx --out models
  samoyed classify models/resnext50_32x4d.onnx dog.jpg
  samoyed check
`;
}
