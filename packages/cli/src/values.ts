import { UsageError } from "@samoyed/core";
import type { Values } from "./command.ts";

/** The value of a string option, or undefined. */
export function text(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** Whether a flag was given. */
export function flag(values: Values, name: string): boolean {
  return values[name] === true;
}

/**
 * The values of a repeatable or comma-separated option, in order; empty where it was not given.
 *
 * @throws UsageError when one is empty, as an unset variable leaves it: the option would do nothing, in silence.
 */
export function list(values: Values, name: string): readonly string[] {
  const value = values[name];
  const items = Array.isArray(value) ? value : typeof value === "string" ? [value] : [];
  return items.flatMap((item: string) =>
    item.split(",").map((part) => {
      const trimmed = part.trim();
      if (trimmed === "") {
        throw new UsageError(`--${name} got ${JSON.stringify(item)}; expected names with commas between them`, {
          hint: `Leave --${name} out, or give a name.`,
        });
      }
      return trimmed;
    }),
  );
}

/** The value of an option that must be one of `choices`; the first is the default. */
export function choice<T extends string>(values: Values, name: string, choices: readonly T[]): T {
  const value = text(values, name) ?? choices[0];
  const found = choices.find((option) => option === value);
  if (found === undefined)
    throw new UsageError(`--${name} got ${JSON.stringify(value)}; expected one of ${choices.join(", ")}`);
  return found;
}

/** The value of an option that must be a positive integer. */
export function positiveInteger(values: Values, name: string): number | undefined {
  const value = text(values, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1 || value.trim() === "") {
    throw new UsageError(`--${name} got ${JSON.stringify(value)}; expected a whole number of 1 or more`);
  }
  return number;
}

/** Exactly one positional argument, named `what` in the error. */
export function one(args: readonly string[], what: string): string {
  const [first] = args;
  if (first === undefined || args.length > 1) {
    throw new UsageError(`got ${args.length} arguments; expected one: ${what}`, {
      hint: "See the command's usage: --help. A path with spaces needs quotes.",
    });
  }
  return first;
}
