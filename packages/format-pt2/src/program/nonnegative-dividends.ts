import { combine, type Size } from "./size.ts";

/**
 * An equal size in which what is divided is not negative, as far as negative constants are to blame: of
 * `1 + floor((H - 1) / 4)` it makes `floor((H + 3) / 4)`. Division that rounds toward zero then rounds down.
 */
export function nonnegativeDividends(size: Size): Size {
  if (typeof size === "number" || size.op === "symbol") return size;
  const args = size.args.map(nonnegativeDividends);
  const [dividend, divisor] = args;
  const constant = typeof dividend === "object" && dividend.op === "add" ? dividend.args[0] : undefined;
  if (size.op !== "floordiv" || typeof constant !== "number" || constant >= 0) return combine(size.op, args);
  if (typeof divisor !== "number" || divisor <= 0) return combine(size.op, args);
  const times = Math.ceil(-constant / divisor);
  return combine("add", [-times, combine("floordiv", [combine("add", [dividend!, times * divisor]), divisor])]);
}

/** Whether a size is certainly not negative: sizes of inputs are not. */
export function isNonnegative(size: Size): boolean {
  if (typeof size === "number") return size >= 0;
  return size.args.every(isNonnegative);
}
