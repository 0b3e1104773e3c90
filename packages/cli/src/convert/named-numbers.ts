import { UsageError } from "@samoyed/core";
import type { Values } from "../command.ts";
import { list } from "../values.ts";

/** What an option of names and numbers takes. */
interface NamedNumbersOptions {
  /** The number that a text says; NaN where it says none that the option takes. */
  readonly read: (text: string) => number;
  /** The kind of number, for messages: `a whole number of 1 or more`. */
  readonly kind: string;
  readonly hint: string;
}

/**
 * Reads an option of numbers by name, `NAME=N,…`; whether the model has such names is not known here.
 *
 * @throws UsageError when a part is not `NAME=N` with such a number, or a name comes twice.
 */
export function namedNumbers(
  values: Values,
  option: string,
  { read, kind, hint }: NamedNumbersOptions,
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const part of list(values, option)) {
    const { name, text = "" } = /^(?<name>.+)=(?<text>[^=]*)$/u.exec(part)?.groups ?? {};
    const number = read(text);
    if (name === undefined || Number.isNaN(number)) {
      throw new UsageError(`--${option} got ${JSON.stringify(part)}; expected NAME=N with ${kind}`, { hint });
    }
    if (found.has(name)) throw new UsageError(`--${option} got ${name} twice`, { hint: "Give each name once." });
    found.set(name, number);
  }
  return found;
}
