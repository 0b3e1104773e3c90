import { UnsupportedError } from "../errors.ts";
import { quote } from "../text/quote.ts";
import { float32ArrayToFloat16 } from "./float16.ts";

/**
 * A weight's values as float16 bits, rounded to nearest, ties to even. Infinities and NaN are kept.
 *
 * @param name - The weight's name, for the message.
 * @throws UnsupportedError when a finite value would become infinite.
 */
export function narrowWeights(values: Float32Array, name: string): Uint16Array {
  const halves = float32ArrayToFloat16(values);
  // A plain loop: a callback for each weight takes four times as long.
  for (let index = 0; index < halves.length; index++) {
    if ((halves[index]! & 0x7fff) === 0x7c00 && Number.isFinite(values[index])) {
      throw new UnsupportedError(`weight ${quote(name)} contains ${values[index]}, beyond float16's largest, 65504`, {
        hint: "Keep this model's weights in float32.",
      });
    }
  }
  return halves;
}
