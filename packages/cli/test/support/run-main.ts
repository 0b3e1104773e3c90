import { main } from "../../src/main.ts";
import type { Terminal } from "../../src/terminal.ts";
import { environment } from "./environment.ts";

/** What a run of the command line did. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Stdout as the one JSON document that it must be. */
  readonly json: any;
}

/** What the command line runs with in a test. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: Partial<Terminal>;
  readonly signal?: AbortSignal;
}

/** Runs the command line in this process, from source, with a terminal that remembers what was written. */
export async function runMain(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const code = await main(argv, {
    env: environment(options.env),
    ...(options.signal ? { signal: options.signal } : {}),
    terminal: {
      out: (text) => void stdout.push(text),
      err: (text) => void stderr.push(text),
      color: false,
      width: 200,
      interactive: false,
      confirm: undefined,
      ...options.terminal,
    },
  });
  const out = stdout.join("");
  return {
    code,
    stdout: out,
    stderr: stderr.join(""),
    get json(): unknown {
      return JSON.parse(out);
    },
  };
}
