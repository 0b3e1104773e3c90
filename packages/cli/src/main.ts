import { parseArgs } from "node:util";
import { SamoyedError, UsageError } from "@samoyed/core";
import type { Command, Context } from "./command.ts";
import { COMMANDS } from "./commands/index.ts";
import { EXIT, EXIT_OF_ERROR } from "./exit-codes.ts";
import { COMMON_OPTIONS, commandHelp, programHelp } from "./help.ts";
import { nearest } from "./nearest.ts";
import { processTerminal } from "./process-terminal.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** What `main` may be given instead of the process's own: for tests and for programs that embed the command line. */
export interface MainOptions {
  readonly terminal?: Terminal;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

function parse(command: Command, argv: readonly string[]): ReturnType<typeof parseArgs> {
  const options = { ...command.options, ...COMMON_OPTIONS };
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(
        Object.entries(options).map(([name, option]) => [
          name,
          { type: option.type, multiple: option.multiple ?? false },
        ]),
      ),
    });
  } catch (error) {
    const unknown = /Unknown option '--?([^']+)'/.exec(error instanceof Error ? error.message : "");
    const close = unknown ? nearest(unknown[1]!, Object.keys(options)) : undefined;
    throw new UsageError(
      unknown
        ? `samoyed ${command.name} has no option --${unknown[1]}`
        : `samoyed ${command.name}: ${error instanceof Error ? error.message : error}`,
      {
        hint: close
          ? `did you mean --${close}? See: samoyed ${command.name} --help`
          : `see: samoyed ${command.name} --help`,
        cause: error,
      },
    );
  }
}

async function dispatch(argv: readonly string[], context: Omit<Context, "json">): Promise<number> {
  const [name, ...rest] = argv;
  const { terminal } = context;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    terminal.out(programHelp(COMMANDS));
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  if (name === "--version" || name === "-v") {
    terminal.out(`${await version()}\n`);
    return EXIT.done;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) {
    const close = nearest(
      name,
      COMMANDS.map((candidate) => candidate.name),
    );
    throw new UsageError(`samoyed has no command ${JSON.stringify(name)}`, {
      hint: close ? `did you mean ${close}? See: samoyed --help` : "see: samoyed --help",
    });
  }
  const { values, positionals } = parse(command, rest);
  if (values["help"] === true) {
    terminal.out(commandHelp(command));
    return EXIT.done;
  }
  const json = values["json"] === true;
  const result = await command.run(positionals, values as Parameters<Command["run"]>[1], { ...context, json });
  terminal.out(
    json
      ? `${JSON.stringify(result.json, undefined, 2)}\n`
      : result.text.endsWith("\n")
        ? result.text
        : `${result.text}\n`,
  );
  return result.exitCode ?? EXIT.done;
}

/** An error as two lines, what and where, then what to do; and the exit status. */
function report(error: unknown, terminal: Terminal, json: boolean): number {
  const known = error instanceof SamoyedError;
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    const document = {
      error: known
        ? { code: error.code, message, hint: error.hint, details: error.details }
        : { code: "internal", message },
    };
    terminal.out(
      `${JSON.stringify(document, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value), 2)}\n`,
    );
  }
  terminal.err(`samoyed: ${message}\n`);
  if (known) {
    if (error.hint) terminal.err(`  ${error.hint}\n`);
    return EXIT_OF_ERROR[error.code];
  }
  terminal.err(
    `  this is a bug in Samoyed: please report it with the stack below\n${error instanceof Error ? error.stack : ""}\n`,
  );
  return EXIT.internal;
}

/**
 * Runs the command line and returns the exit status; it never ends the process itself.
 *
 * An interrupt (SIGINT, SIGTERM) aborts the running command, which removes what it had half written, and gives 130.
 */
export async function main(argv: readonly string[], options: MainOptions = {}): Promise<number> {
  const terminal = options.terminal ?? processTerminal(options.env ?? process.env);
  const abort = new AbortController();
  const interrupt = (): void =>
    abort.abort(new SamoyedError("aborted", "interrupted", { hint: "nothing half-written was left behind" }));
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  const signal = options.signal ? AbortSignal.any([options.signal, abort.signal]) : abort.signal;
  try {
    return await dispatch(argv, { terminal, env: options.env ?? process.env, signal });
  } catch (error) {
    return report(
      signal.aborted && !(error instanceof SamoyedError) ? signal.reason : error,
      terminal,
      argv.includes("--json"),
    );
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}
