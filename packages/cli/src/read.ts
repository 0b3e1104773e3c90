import { concatBytes, FormatError, throwIfAborted } from "@samoyed/core";
import { MAX_WHOLE_FILE_BYTES, readRegularFile, toIoError } from "@samoyed/core/node";
import { parseLabels } from "./labels/parse-labels.ts";

/** The name that stands for the standard input, which may be a pipe or a device. */
const STANDARD_INPUT = "-";

/** Limit on lists of names: a million names of 60 bytes. */
const MAX_LABEL_BYTES = 64 << 20;

/** Options of `readWhole`. */
export interface ReadWholeOptions {
  readonly signal?: AbortSignal | undefined;
  /** The most bytes that such a file has; 1 GiB where absent. */
  readonly maxBytes?: number;
}

/**
 * A whole file's bytes; those of the standard input for `-`.
 *
 * @throws FormatError when it is larger than such a file is; IoError when it cannot be read, or is no regular file.
 */
export async function readWhole(
  path: string,
  { signal, maxBytes = MAX_WHOLE_FILE_BYTES }: ReadWholeOptions = {},
): Promise<Uint8Array> {
  throwIfAborted(signal);
  return path === STANDARD_INPUT ? readStandardInput(maxBytes, signal) : readRegularFile(path, { maxBytes });
}

async function readStandardInput(maxBytes: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const stop = (): void => void process.stdin.destroy();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    for await (const piece of process.stdin as AsyncIterable<Uint8Array>) {
      size += piece.byteLength;
      if (size > maxBytes)
        throw new FormatError(`the standard input has over ${maxBytes} bytes; expected no more here`);
      pieces.push(piece);
    }
  } catch (error) {
    throwIfAborted(signal);
    throw toIoError(error, "the standard input: cannot be read");
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  throwIfAborted(signal);
  return concatBytes(pieces);
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
    decoded = text.decode(await readWhole(path, { maxBytes: MAX_LABEL_BYTES }));
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
