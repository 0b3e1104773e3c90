import { inflateRawSync } from "node:zlib";
import { damaged, type InflateOptions, tooLarge } from "./inflate-errors.ts";

/**
 * Decompresses a file of the data, a raw deflate stream. In Node a stream's first use alone takes 10 ms; these files
 * take less than one.
 *
 * @throws FormatError when the bytes are damaged or decompress to more.
 */
export async function inflateArchitectureData(
  bytes: Uint8Array<ArrayBuffer>,
  { label, maxBytes }: InflateOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(inflateRawSync(bytes, { maxOutputLength: maxBytes }));
  } catch (cause) {
    const isLarge = cause instanceof Error && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE";
    throw isLarge ? tooLarge(label, maxBytes) : damaged(label, cause);
  }
}
