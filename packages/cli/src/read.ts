import { FormatError } from "@samoyed/core";
import { fileSource } from "@samoyed/core/node";

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

/** The lines of a label file: one name a line, in class order; a final newline ends the last line. */
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
  const lines = decoded.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const empty = lines.findIndex((line) => line.trim() === "");
  if (empty >= 0) {
    throw new FormatError(`${path} line ${empty + 1} is empty; expected one class name a line`, {
      hint: "Give one name per class, in class order, and nothing between them.",
    });
  }
  return lines.map((line) => line.trim());
}
