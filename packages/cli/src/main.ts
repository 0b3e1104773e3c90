import { AbortedError, nearest, UsageError } from "@samoyed/core";
import type { Command, Context } from "./command.ts";
import { COMMAND_NAMES, loadCommand, loadCommands } from "./commands/index.ts";
import { EXIT } from "./exit-codes.ts";
import { commandHelp, programHelp } from "./help.ts";
import { catchInterrupts } from "./interrupts.ts";
import { parseCommand } from "./parse-command.ts";
import { printable, printableJson } from "./printable.ts";
import { processTerminal } from "./process-terminal.ts";
import { reportError } from "./report-error.ts";
import { SERVE } from "./serve-argument.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** Replacements for the process's own terminal and so on: for tests and for programs that embed the command line. */
export interface MainOptions {
  readonly terminal?: Terminal;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  /** Path of the program that calls this, for processes of backends; absent where they run in this one. */
  readonly program?: string | undefined;
}

async function findCommand(name: string): Promise<Command> {
  const command = await loadCommand(name);
  if (command) return command;
  if (name.startsWith("-")) {
    throw new UsageError(`${name} stands where a command was expected`, {
      hint: "Options go after the command: samoyed COMMAND [OPTIONS]. See: samoyed --help",
    });
  }
  const close = nearest(name, COMMAND_NAMES);
  throw new UsageError(`samoyed has no command ${JSON.stringify(name)}`, {
    hint: close ? `Did you mean ${close}? See: samoyed --help` : "See: samoyed --help",
  });
}

/** Prints a text that is the whole answer; as JSON, one document that contains it under a key. */
async function say(
  answer: "help" | "version",
  text: string,
  { terminal, json }: Pick<Context, "terminal" | "json">,
): Promise<number> {
  await terminal.out(`${json ? printableJson({ [answer]: text }) : text.trimEnd()}\n`);
  return EXIT.done;
}

/** The answer to a line that begins with `help` or `--version`; undefined for a command's. */
async function answerAtTop(argv: readonly string[], terminal: Terminal): Promise<number | undefined> {
  const [name, topic] = argv.filter((arg) => arg !== "--json");
  const context = { terminal, json: argv.includes("--json") };
  if (name === "--version" || name === "-v") return say("version", await version(), context);
  if (name !== "--help" && name !== "-h" && name !== "help") return undefined;
  const help = topic === undefined ? programHelp(await loadCommands()) : commandHelp(await findCommand(topic));
  return say("help", help, context);
}

async function dispatch(argv: readonly string[], context: Omit<Context, "json">): Promise<number> {
  const [name, ...rest] = argv;
  const { terminal } = context;
  if (name === undefined) {
    terminal.err(programHelp(await loadCommands()));
    return EXIT.usage;
  }
  const answered = await answerAtTop(argv, terminal);
  if (answered !== undefined) return answered;
  const command = await findCommand(name);
  const { values, args } = parseCommand(command, rest);
  const json = values["json"] === true;
  if (values["help"] === true) return say("help", commandHelp(command), { terminal, json });
  if (values["version"] === true) return say("version", await version(), { terminal, json });
  const result = await command.run(args, values, { ...context, json });
  const text = json ? printableJson(result.json) : printable(result.text, terminal).trimEnd();
  await terminal.out(`${text}\n`);
  return result.exitCode ?? EXIT.done;
}

/**
 * Runs the command line and returns the exit status; it ends the process itself only at a second interrupt.
 *
 * An interrupt (SIGINT, SIGTERM) aborts the running command, which removes what it had half written, and gives 130.
 */
export async function main(argv: readonly string[], options: MainOptions = {}): Promise<number> {
  if (argv[0] === SERVE && process.send !== undefined) return (await import("./serve.ts")).serve(argv[1]);
  const env = options.env ?? process.env;
  const terminal = options.terminal ?? processTerminal(env);
  const interrupts = catchInterrupts();
  const signal = options.signal ? AbortSignal.any([options.signal, interrupts.signal]) : interrupts.signal;
  try {
    return await dispatch(argv, { terminal, env, signal, program: options.program });
  } catch (error) {
    // Work that an interrupt broke off may fail in its own words; what it was prepared for says what to do.
    const prepared = error instanceof AbortedError && error.hint !== undefined;
    const interrupted = interrupts.signal.aborted && !prepared;
    const { text, json, exitCode } = reportError(interrupted ? interrupts.signal.reason : error);
    terminal.err(text);
    // Stdout itself may be what failed: then the two lines have said so.
    if (argv.includes("--json")) await Promise.resolve(terminal.out(json)).catch(() => undefined);
    return exitCode;
  } finally {
    interrupts.release();
  }
}
