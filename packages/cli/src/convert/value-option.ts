import type { Values } from "../command.ts";
import { namedNumbers } from "./named-numbers.ts";

/**
 * The numbers that `--value` fixes, by the input that would take them.
 *
 * @throws UsageError when a part is not `NAME=N` with a finite number, or a name comes twice.
 */
export function valueOption(values: Values): ReadonlyMap<string, number> {
  return namedNumbers(values, "value", {
    read(text) {
      const number = /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/u.test(text) ? Number(text) : Number.NaN;
      return Number.isFinite(number) ? number : Number.NaN;
    },
    kind: "a number",
    hint: "For example: --value sr=16000.",
  });
}
