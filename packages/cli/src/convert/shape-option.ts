import { UsageError } from "@samoyed/core";
import type { Values } from "../command.ts";
import { list } from "../values.ts";

/**
 * The sizes that `--shape` fixes, by name; whether the model has such open sizes is not known here.
 *
 * @throws UsageError when a part is not `NAME=N` with a whole number of 1 or more, or a name comes twice.
 */
export function shapeOption(values: Values): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const part of list(values, "shape")) {
    const { name, size = "" } = /^(?<name>.+)=(?<size>[^=]*)$/u.exec(part)?.groups ?? {};
    const number = /^\d+$/u.test(size) ? Number(size) : Number.NaN;
    if (name === undefined || !Number.isSafeInteger(number) || number < 1) {
      throw new UsageError(`--shape got ${JSON.stringify(part)}; expected NAME=N with a whole number of 1 or more`, {
        hint: "For example: --shape batch=1,height=640,width=640, or --shape input:0=1 for the first axis of an input.",
      });
    }
    if (sizes.has(name)) throw new UsageError(`--shape got ${name} twice`, { hint: "Give each size once." });
    sizes.set(name, number);
  }
  return sizes;
}
