import type { Values } from "../command.ts";
import { namedNumbers } from "./named-numbers.ts";

const LEAST = 1;

/**
 * The sizes that `--shape` fixes, by name.
 *
 * @throws UsageError when a part is not `NAME=N` with a whole number of 1 or more, or a name comes twice.
 */
export function shapeOption(values: Values): ReadonlyMap<string, number> {
  return namedNumbers(values, "shape", {
    read(text) {
      const number = /^\d+$/u.test(text) ? Number(text) : Number.NaN;
      return Number.isSafeInteger(number) && number >= LEAST ? number : Number.NaN;
    },
    kind: `a whole number of ${LEAST} or more`,
    hint: "For example: --shape batch=1,height=640,width=640, or --shape input:0=1 for the first axis of an input.",
  });
}
