import type { DType } from "@samoyed/core";
import type { Elements } from "./element-steps.ts";
import type { LowerCall } from "./operator.ts";
import type { Place } from "./places.ts";

/** A float32 constant. */
export function floatPlace({ lowering }: Pick<LowerCall, "lowering">, value: number): Place {
  return lowering.constant(`float ${value}`, [], () => new Int32Array(Float32Array.of(value).buffer));
}

/** A constant of 32 bits. */
export function integerPlace({ lowering }: Pick<LowerCall, "lowering">, value: number): Place {
  return lowering.constant(`integer ${value}`, [], () => Int32Array.of(value));
}

/** An integer of 32 bits as one of a type of fewer, which wraps around. */
export function wrapped(call: Pick<LowerCall, "lowering">, dtype: DType, value: Elements): Elements {
  const bits = { int8: 8, uint8: 8, int16: 16 }[dtype as string];
  if (bits === undefined) return value;
  const low: Elements = { operator: "and", of: [value, integerPlace(call, 2 ** bits - 1)] };
  if (dtype === "uint8") return low;
  // The highest bit counts as negative: (x xor 128) - 128 with 8 bits.
  const sign = integerPlace(call, 2 ** (bits - 1));
  return { operator: "int-sub", of: [{ operator: "xor", of: [low, sign] }, sign] };
}
