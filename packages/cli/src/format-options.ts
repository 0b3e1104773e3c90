import { type FormatOptions, FORMATS } from "@samoyed/convert";
import { UsageError } from "@samoyed/core";
import type { Format, FormatOption, OptionValue } from "@samoyed/graph";
import type { Option, Values } from "./command.ts";

/** The options that only some formats have, as the command line takes them. */
export const FORMAT_OPTIONS: Readonly<Record<string, Option>> = Object.fromEntries(
  FORMATS.flatMap(({ options }) => options).map(({ flag, value, description }) => [
    flag,
    value === undefined ? { type: "boolean", description } : { type: "string", value, description },
  ]),
);

/** Options of formats that were given. */
export interface GivenOptions {
  /** For the writers. */
  readonly formatOptions: FormatOptions;
  /** Work to do with an engine after writing. */
  readonly afterwards: readonly { readonly format: Format; readonly option: FormatOption }[];
}

/**
 * Reads the options that only some formats have.
 *
 * @throws UsageError when one is given and its format is not written, or has another value than the format takes.
 */
export function readFormatOptions(values: Values, written: readonly Format[]): GivenOptions {
  const formatOptions: Record<string, Record<string, OptionValue>> = {};
  const afterwards: { readonly format: Format; readonly option: FormatOption }[] = [];
  for (const format of FORMATS) {
    for (const option of format.options) {
      const given = values[option.flag];
      if (given === undefined || given === false) continue;
      if (!written.includes(format)) throw notWritten(option, { format, written });
      const value = option.read(given as OptionValue, `--${option.flag}`);
      if (option.needsEngine === true) afterwards.push({ format, option });
      else (formatOptions[format.name] ??= {})[option.name] = value;
    }
  }
  return { formatOptions, afterwards };
}

function notWritten(
  { flag }: FormatOption,
  { format, written }: { readonly format: Format; readonly written: readonly Format[] },
): UsageError {
  return new UsageError(`--${flag} is for ${format.title} models, and none is written`, {
    hint: `Add it: --to ${[...written, format].map(({ name }) => name).join(",")}`,
  });
}
