import { FormatError } from "@samoyed/core";
import { fileSource } from "@samoyed/core/node";
import { parseLabels } from "./labels/parse-labels.ts";

/** Above this, a file given as an image, a label list or an array is refused: it is surely a mistake. */
const MAX_WHOLE_FILE_BYTES = 2 ** 30;

/** A whole file's bytes. */
export async function readWhole(path: string, signal?: AbortSignal): Promise<Uint8Array> {
  const source = await fileSource(path);
  try {
    if (source.byteLength > MAX_WHOLE_FILE_BYTES) {
      throw new FormatError(`${path} has ${source.byteLength} bytes; expected at most ${MAX_WHOLE_FILE_BYTES} here`, {
        hint: "Is this the right file?",
      });
    }
    return await source.read(0, source.byteLength, { signal });
  } finally {
    await source.close?.();
  }
}

/**
 * The names of classes in a label file, in class order; see `parseLabels`.
 *
 * @throws FormatError when it is not UTF-8, or not names.
 */
export async function readLabels(path: string): Promise<readonly string[]> {
  const text = new TextDecoder("utf-8", { fatal: true });
  let decoded: string;
  try {
    decoded = text.decode(await readWhole(path));
  } catch (error) {
    if (error instanceof TypeError)
      throw new FormatError(`${path} is not UTF-8 text; expected one class name a line`, {
        cause: error,
        hint: "Give a text file, saved as UTF-8.",
      });
    throw error;
  }
  return parseLabels(decoded, path);
}
