import { UsageError } from "@samoyed/core";

/** A value of an option. */
export type OptionValue = string | number | boolean;

/** Values of a format's options, by name. */
export type OptionValues = Readonly<Record<string, OptionValue>>;

/** An option that one format has. */
export interface FormatOption {
  /** Name in programs: `groupBudget`. */
  readonly name: string;
  /** Name on the command line: `tfjs-group-budget`. */
  readonly flag: string;
  /** Placeholder of the value in the help: `SHARE`; absent for a switch. */
  readonly value?: string;
  readonly description: string;
  /** Whether it is done after writing, by a caller that has an engine: writers are not given it. */
  readonly needsEngine?: boolean;
  /**
   * The value of what was given: the command line's text, or a program's own.
   *
   * @param label - What was given, for messages: `--layout`.
   * @throws UsageError when it is not one of the option's values.
   */
  readonly read: (given: OptionValue, label: string) => OptionValue;
}

/** Reads a value that is one of some words. */
export function readChoice(words: readonly string[]): FormatOption["read"] {
  return (given, label) => {
    const found = words.find((word) => word === given);
    if (found !== undefined) return found;
    throw new UsageError(`${label} got ${JSON.stringify(given)}; expected one of ${words.join(", ")}`);
  };
}

/** Reads a number of 0 or more. */
export function readAtLeastZero(example: string): FormatOption["read"] {
  return (given, label) => {
    const number = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
    if (typeof number === "number" && number >= 0) return number;
    throw new UsageError(`${label} got ${JSON.stringify(given)}; expected 0 or more, such as ${example}`);
  };
}

/** Reads a switch. */
export const readSwitch: FormatOption["read"] = (given, label) => {
  if (typeof given === "boolean") return given;
  throw new UsageError(`${label} got ${JSON.stringify(given)}; expected true or false`);
};
