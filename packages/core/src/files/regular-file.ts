import { constants, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { FormatError, IoError } from "../errors.ts";
import { toIoError } from "./node-error.ts";

/**
 * Opening a named pipe waits until another program opens its other end, which may be never. With this flag it does not
 * wait; a regular file is read the same with or without it. Windows has no such flag.
 */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Checks that a path names a regular file, or a link to one, without opening it: a writer waiting at a pipe's other
 * end is not woken, and a device is not touched.
 *
 * @param action - What fails: `cannot be opened`.
 * @throws IoError when there is no such file, or it is a folder, a named pipe, a socket or a device.
 */
export async function requireRegularFile(path: string, action = "cannot be opened"): Promise<void> {
  let found: Stats;
  try {
    found = await stat(path);
  } catch (error) {
    throw toIoError(error, `${path}: ${action}`);
  }
  refuseSpecial(found, path);
}

/**
 * Opens a regular file, or a link to one, for reading. The caller closes it.
 *
 * @param action - What fails: `cannot be opened`.
 * @throws IoError like `requireRegularFile`, and when the file cannot be opened; it never waits for another program.
 */
export async function openRegularFile(path: string, action = "cannot be opened"): Promise<FileHandle> {
  await requireRegularFile(path, action);
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, OPEN_FLAGS);
    // Another file may have taken its place since then.
    refuseSpecial(await handle.stat(), path);
    return handle;
  } catch (error) {
    await handle?.close();
    throw toIoError(error, `${path}: ${action}`);
  }
}

/** Limit on files that are read whole, if the caller gives no other: an image, a case, an array. */
export const MAX_WHOLE_FILE_BYTES: number = 2 ** 30;

/**
 * Reads a whole regular file; the caller owns the bytes.
 *
 * @param options.maxBytes - The most bytes that such a file has; `MAX_WHOLE_FILE_BYTES` where absent.
 * @throws FormatError for a larger file, of which nothing is read.
 * @throws IoError like `openRegularFile`, and when reading fails.
 */
export async function readRegularFile(
  path: string,
  { maxBytes = MAX_WHOLE_FILE_BYTES }: { readonly maxBytes?: number } = {},
): Promise<Uint8Array> {
  const handle = await openRegularFile(path, "cannot be read");
  try {
    const { size } = await handle.stat();
    if (size > maxBytes) {
      throw new FormatError(`${path} has ${size} bytes; expected at most ${maxBytes} here`, {
        hint: "Is this the right file?",
        details: { size, maxBytes },
      });
    }
    return new Uint8Array(await handle.readFile());
  } catch (error) {
    throw toIoError(error, `${path}: cannot be read`);
  } finally {
    await handle.close();
  }
}

function refuseSpecial(found: Stats, path: string): void {
  if (found.isFile()) return;
  const pipe = found.isFIFO() || found.isSocket();
  throw new IoError(`${path}: is ${kindOf(found)}; expected a file`, {
    hint: pipe ? "Save its output to a regular file first, and name that file." : "Name a regular file.",
  });
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return "a folder";
  if (found.isFIFO()) return "a named pipe";
  return found.isSocket() ? "a socket" : "a device";
}
