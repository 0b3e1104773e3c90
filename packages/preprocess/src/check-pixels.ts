import { UsageError } from "@samoyed/core";

import { foundType, typeName } from "./type-name.ts";

/** Names of the types allowed for `data`; Node's `Buffer` is a Uint8Array. */
const TAKEN: readonly string[] = ["Uint8Array", "Uint8ClampedArray"];

/**
 * Checks that pixels from a caller have every field, and 8 bits per channel: a Float32Array or Uint16Array would be misread
 * as bytes.
 *
 * @param numbers the fields that must be numbers.
 * @throws UsageError that names the field, its value and the accepted types.
 */
export function checkPixels<Field extends string>(
  pixels: Readonly<Record<Field | "data", unknown>>,
  numbers: readonly Field[],
): void {
  for (const field of numbers) {
    const value = pixels[field];
    if (typeof value === "number") continue;
    throw new UsageError(`pixels: ${field} ${foundType(value)}; expected a number`, {
      hint: "Give { width, height, channels, data }, or the bytes of an image file.",
    });
  }
  if (TAKEN.includes(typeName(pixels.data))) return;
  throw new UsageError(`pixels: data ${foundType(pixels.data)}; expected a ${TAKEN.join(" or ")}`, {
    hint: "Scale the values to 0…255 and round them into a Uint8Array, one byte per channel.",
  });
}
