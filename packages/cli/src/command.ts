import type { Terminal } from "./terminal.ts";

/** One option of a command, as `node:util` parseArgs takes it, with what `--help` prints. */
export interface Option {
  readonly type: "string" | "boolean";
  /** One letter in place of the name. */
  readonly short?: string;
  /** May be given more than once. */
  readonly multiple?: boolean;
  /** Placeholder of the value in the help: `DIR`. */
  readonly value?: string;
  readonly description: string;
}

/** Parsed option values, by option name. */
export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Environment of a command. */
export interface Context {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Path of this program, which processes of backends run as well; absent where backends run in this process. */
  readonly program?: string | undefined;
  /** Whether `--json` was given: no prompts, and nothing on stdout besides the result's JSON. */
  readonly json: boolean;
}

/** Result of a command: the same facts as one JSON document and as text. */
export interface Result {
  readonly json: unknown;
  readonly text: string;
  readonly exitCode?: number;
}

/** A subcommand: the thinnest layer over the packages. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** The arguments after `samoyed <name>`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Lines to paste, without the prompt. */
  readonly examples: readonly string[];
  run(args: readonly string[], values: Values, context: Context): Promise<Result>;
}
