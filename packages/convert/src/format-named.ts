import { UsageError } from "@samoyed/core";
import type { Format } from "@samoyed/graph";
import { FORMATS } from "./formats.ts";

/** The format of a name; `undefined` where no format has it. */
export function formatNamed(name: string): Format | undefined {
  return FORMATS.find((format) => format.name === name);
}

/**
 * The formats asked for, each once; the default one for `undefined`.
 *
 * @throws UsageError when one is unknown, or the list is empty.
 */
export function formatsNamed(names: readonly string[] | undefined): readonly Format[] {
  if (names === undefined) return FORMATS.slice(0, 1);
  const formats = names.map((name) => formatNamed(name) ?? unknownFormat(name));
  return formats.length === 0 ? unknownFormat("") : [...new Set(formats)];
}

function unknownFormat(name: string): never {
  throw new UsageError(`format ${JSON.stringify(name)} is not known`, {
    hint: `Choose from ${FORMATS.map((format) => format.name).join(", ")}.`,
  });
}
