import { float16ArrayToFloat32, type OwnedBytes, type OwnedFloats, type OwnedIntegers } from "@samoyed/core";
import type { WeightEntry } from "./weight-entry.ts";

/** A weight's elements, as for engines. */
export type WeightArray = OwnedFloats | OwnedIntegers | OwnedBytes;

/**
 * Decodes a weight's elements from its stored bytes; unquantized bytes become the array without a copy.
 *
 * Matches `decodeWeight` of tfjs-core 4.22.0, `io/io_utils.ts`: `value * scale + min` in doubles, rounded once.
 */
export function dequantize(bytes: OwnedBytes, { dtype, quantization }: WeightEntry): WeightArray {
  const { buffer } = bytes;
  if (quantization === undefined) {
    if (dtype === "bool") return bytes;
    return dtype === "float32" ? new Float32Array(buffer) : new Int32Array(buffer);
  }
  if (quantization.dtype === "float16") {
    const values = new Float32Array(buffer.byteLength / 2);
    float16ArrayToFloat32(new Uint16Array(buffer), values);
    return values;
  }
  const { scale, min } = quantization;
  const stored = quantization.dtype === "uint8" ? bytes : new Uint16Array(buffer);
  const values = dtype === "float32" ? new Float32Array(stored.length) : new Int32Array(stored.length);
  for (let at = 0; at < stored.length; at++) {
    const value = stored[at]! * scale + min;
    values[at] = dtype === "float32" ? value : Math.round(value);
  }
  return values;
}
