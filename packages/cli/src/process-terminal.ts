import { createInterface } from "node:readline/promises";
import { AbortedError } from "@samoyed/core";
import { systemCode, toIoError } from "@samoyed/core/node";
import type { Terminal } from "./terminal.ts";

const DEFAULT_WIDTH = 120;

type Environment = Readonly<Record<string, string | undefined>>;

/** NO_COLOR (no-color.org) wins; FORCE_COLOR comes next; then it is whether stdout is a terminal that has colors. */
function takesColor(env: Environment): boolean {
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"] !== undefined) return !["0", "false"].includes(env["FORCE_COLOR"]);
  return process.stdout.isTTY && env["TERM"] !== "dumb";
}

/** Waits until stdout has the text. A reader that went away (`| head -1`) has what it wanted; a full disk is an error. */
function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error || systemCode(error) === "EPIPE") resolve();
      else reject(toIoError(error, "the standard output: cannot be written"));
    });
  });
}

async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D close the prompt; the question alone would then never be settled.
  const closed = new Promise<never>((_resolve, reject) => {
    prompt.once("close", () => {
      reject(new AbortedError("interrupted", { hint: "Nothing was downloaded." }));
    });
  });
  try {
    const answer = await Promise.race([prompt.question(`${question} [y/N] `, { signal }), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    // The question's line has no end yet.
    process.stderr.write("\n");
    throw error;
  } finally {
    prompt.close();
  }
}

/** The process's own streams. */
export function processTerminal(env: Environment): Terminal {
  const answerable = process.stdin.isTTY && process.stderr.isTTY;
  // The callback of each write hears of its error; without a listener the same error would end the process besides.
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listenerCount("error") === 0) stream.on("error", () => undefined);
  }
  return {
    out: writeOut,
    err: (text) => void process.stderr.write(text),
    color: takesColor(env),
    width: process.stdout.columns || process.stderr.columns || DEFAULT_WIDTH,
    interactive: process.stderr.isTTY && !env["CI"] && env["TERM"] !== "dumb",
    confirm: answerable ? ask : undefined,
  };
}
