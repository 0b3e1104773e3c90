import { UnsupportedError } from "@samoyed/core";
import { damaged, type InflateOptions, tooLarge } from "./inflate-errors.ts";

/**
 * Decompresses a file of the data, a raw deflate stream.
 *
 * @throws FormatError when the bytes are damaged or decompress to more.
 * @throws UnsupportedError when there is no `DecompressionStream`.
 */
export async function inflateArchitectureData(
  bytes: Uint8Array<ArrayBuffer>,
  { label, maxBytes }: InflateOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof DecompressionStream === "undefined") {
    throw new UnsupportedError(`${label} cannot be decompressed: DecompressionStream is missing`, {
      hint: "Use a browser of 2023 or later.",
    });
  }
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw damaged(label, cause);
    });
    if (done) break;
    length += value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      throw tooLarge(label, maxBytes);
    }
    pieces.push(value);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
