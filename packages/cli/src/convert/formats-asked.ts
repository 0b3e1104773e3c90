import { UsageError } from "@samoyed/core";
import { formatNamed, FORMATS } from "@samoyed/convert";
import type { Format } from "@samoyed/graph";

/** The formats' names. */
export const NAMES: readonly string[] = FORMATS.map(({ name }) => name);

/**
 * The formats that `--to` names.
 *
 * @throws UsageError when one is unknown.
 */
export function formatsOf(names: readonly string[]): readonly Format[] {
  return names.map((name) => {
    const found = formatNamed(name);
    if (found === undefined) throw new UsageError(`--to got ${JSON.stringify(name)}; expected ${NAMES.join(", ")}`);
    return found;
  });
}
