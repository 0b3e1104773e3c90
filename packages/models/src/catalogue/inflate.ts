import { FormatError, UnsupportedError, type OwnedBytes } from "@samoyed/core";

/**
 * Decompresses a raw deflate stream.
 *
 * @param label - The file's name, for messages.
 * @param maxBytes - Largest size of the result; decompression stops beyond it.
 * @throws FormatError when the bytes are damaged or decompress to more.
 * @throws UnsupportedError when there is no `DecompressionStream`.
 */
export async function inflate(
  bytes: OwnedBytes,
  { label, maxBytes }: { readonly label: string; readonly maxBytes: number },
): Promise<OwnedBytes> {
  if (typeof DecompressionStream === "undefined") {
    throw new UnsupportedError(`${label} cannot be decompressed: DecompressionStream is missing`, {
      hint: "Use Node 20 or later, or a browser of 2023 or later.",
    });
  }
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const pieces: OwnedBytes[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new FormatError(`${label} is damaged: it cannot be decompressed`, { cause });
    });
    if (done) break;
    length += value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      throw new FormatError(`${label} is damaged: it decompresses to more than ${maxBytes} bytes`, {
        details: { maxBytes },
      });
    }
    pieces.push(value);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
