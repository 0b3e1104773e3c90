import { FormatError } from "@samoyed/core";

/**
 * Decompresses deflated JSON (raw deflate), in Node and browsers alike.
 *
 * @throws FormatError when the bytes are damaged, or more than `maxBytes` when decompressed.
 */
export async function inflateJson(
  bytes: Uint8Array<ArrayBuffer>,
  { label, maxBytes }: { readonly label: string; readonly maxBytes: number },
): Promise<unknown> {
  const hint = "Install @samoyed/architectures again.";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let total = 0;
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const reader = stream.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      total += next.value.byteLength;
      if (total > maxBytes) {
        await reader.cancel();
        break;
      }
      text += decoder.decode(next.value, { stream: true });
    }
    if (total <= maxBytes) return JSON.parse(text + decoder.decode()) as unknown;
  } catch (cause) {
    throw new FormatError(`${label}: the file is damaged`, { cause, hint });
  }
  throw new FormatError(`${label}: more than ${maxBytes} bytes of JSON`, { hint });
}
