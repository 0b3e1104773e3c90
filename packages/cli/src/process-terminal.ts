import { createInterface } from "node:readline/promises";
import type { Terminal } from "./terminal.ts";

const DEFAULT_WIDTH = 100;

/** The process's own streams. Colours follow NO_COLOR, FORCE_COLOR and whether stdout is a terminal. */
export function processTerminal(env: Readonly<Record<string, string | undefined>>): Terminal {
  const forced = env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0";
  const color = !env["NO_COLOR"] && (forced || (process.stdout.isTTY && env["TERM"] !== "dumb"));
  const answerable = process.stdin.isTTY && process.stderr.isTTY;
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    color,
    width: process.stdout.columns || DEFAULT_WIDTH,
    interactive: process.stderr.isTTY && !env["CI"],
    confirm: answerable
      ? async (question): Promise<boolean> => {
          const prompt = createInterface({ input: process.stdin, output: process.stderr });
          try {
            return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
          } finally {
            prompt.close();
          }
        }
      : undefined,
  };
}
