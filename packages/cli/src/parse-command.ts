import { parseArgs } from "node:util";
import { nearest, UsageError } from "@samoyed/core";
import type { Command, Values } from "./command.ts";
import { COMMON_OPTIONS } from "./help.ts";

/** A command's arguments, taken apart. */
export interface ParsedCommand {
  readonly values: Values;
  readonly args: readonly string[];
}

/**
 * Takes the arguments of a command apart.
 *
 * @throws UsageError for an option that the command has not, or that lacks its value.
 */
export function parseCommand(command: Command, argv: readonly string[]): ParsedCommand {
  const options = { ...command.options, ...COMMON_OPTIONS };
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(
        Object.entries(options).map(([name, { type, multiple = false, short }]) => [
          name,
          { type, multiple, ...(short === undefined ? {} : { short }) },
        ]),
      ),
    });
    return { values: values as Values, args: positionals };
  } catch (cause) {
    const see = `See: samoyed ${command.name} --help`;
    const message = cause instanceof Error ? cause.message : String(cause);
    const unknown = /Unknown option '(--?)([^']+)'/.exec(message);
    if (!unknown) {
      // Node's own text is sound, but its further sentences are about programming.
      const [first = message] = message.split(/\.(?:\s|$)/u);
      const ambiguous = /'(--[\w-]+)' argument is ambiguous/.exec(first)?.[1];
      const hint = ambiguous === undefined ? see : `Where the value begins with a dash: ${ambiguous}=VALUE. ${see}`;
      throw new UsageError(`${command.name}: ${first}`, { hint, cause });
    }
    const [, dashes, name = ""] = unknown;
    const close = nearest(name, Object.keys(options));
    throw new UsageError(`samoyed ${command.name} has no option ${dashes}${name}`, {
      hint: close ? `Did you mean --${close}? ${see}` : see,
      cause,
    });
  }
}
