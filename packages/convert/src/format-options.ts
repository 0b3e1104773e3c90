import { UsageError } from "@samoyed/core";
import type { Format, OptionValues } from "@samoyed/graph";

/** Options of formats: by the format's name, and the option's. */
export type FormatOptions = Readonly<Record<string, OptionValues>>;

/**
 * Options that a format's writer is given, checked.
 *
 * @throws UsageError when the format has no such option, or not with such a value.
 */
export function optionsFor(format: Format, given: FormatOptions | undefined): OptionValues {
  const values = Object.entries(given?.[format.name] ?? {}).map(([name, value]) => {
    const label = `formatOptions.${format.name}.${name}`;
    const option = format.options.find((known) => known.name === name);
    if (option === undefined) {
      const known = format.options.map((each) => each.name).join(", ") || "none";
      throw new UsageError(`${label} is not known; ${format.title} has the options: ${known}`);
    }
    if (option.needsEngine === true) {
      throw new UsageError(`${label} needs an engine, which is not here`, {
        hint: `The command line has one: samoyed convert --to ${format.name} --${option.flag}`,
      });
    }
    return [name, option.read(value, label)] as const;
  });
  return Object.fromEntries(values);
}

/**
 * Refuses options of formats that are not written.
 *
 * @throws UsageError naming the first.
 */
export function requireWritten(formats: readonly Format[], given: FormatOptions | undefined): void {
  const unused = Object.keys(given ?? {}).find((name) => !formats.some((format) => format.name === name));
  if (unused !== undefined) {
    throw new UsageError(`formatOptions.${unused} is of a format that is not written`, {
      hint: `Written are ${formats.map(({ name }) => name).join(", ")}.`,
    });
  }
}
