import type { BigIntStats } from "node:fs";
import { type FileHandle, stat } from "node:fs/promises";
import { allocateBytes } from "../tensor/allocate.ts";
import { IoError, throwIfAborted } from "../errors.ts";
import { toIoError } from "./node-error.ts";
import { checkRange } from "../io/range.ts";
import { type ByteSource, type ReadOptions } from "../io/source.ts";
import { openRegularFile } from "./regular-file.ts";

/** One system call reads at most 2 GiB - 1; whole pages are faster. */
const MAX_READ_BYTES = 1 << 30;

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ino === b.ino && a.dev === b.dev;
}

/** A file as a source: it stays open until `close`. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
  requireUnchanged(): Promise<void>;
}

/**
 * Opens a file for reading at any offset. Each read is a copy that the caller owns.
 *
 * @throws IoError when the file cannot be opened or is a folder, a pipe or a device, and from `read` when it has become shorter.
 */
export async function fileSource(path: string): Promise<FileSource> {
  const handle = await openRegularFile(path);
  try {
    return sourceOfHandle(handle, { path, opened: await handle.stat({ bigint: true }) });
  } catch (error) {
    await handle.close();
    throw toIoError(error, `${path}: cannot be opened`);
  }
}

function sourceOfHandle(
  handle: FileHandle,
  { path, opened }: { readonly path: string; readonly opened: BigIntStats },
): FileSource {
  const byteLength = Number(opened.size);
  async function readInto(offset: number, target: Uint8Array, options: ReadOptions = {}): Promise<void> {
    const length = target.byteLength;
    checkRange({ byteLength, label: path }, offset, length);
    let done = 0;
    while (done < length) {
      throwIfAborted(options.signal);
      const wanted = Math.min(length - done, MAX_READ_BYTES);
      let bytesRead: number;
      try {
        ({ bytesRead } = await handle.read(target, done, wanted, offset + done));
      } catch (error) {
        throw toIoError(error, `${path}: cannot be read at ${offset + done}`);
      }
      if (bytesRead === 0) {
        throw new IoError(`${path}: ends at ${offset + done}; it had ${byteLength} bytes when it was opened`, {
          hint: "The file is being changed by another program; try again when that is done.",
        });
      }
      done += bytesRead;
    }
  }

  return {
    byteLength,
    label: path,
    async read(offset: number, length: number, options: ReadOptions = {}): Promise<Uint8Array> {
      checkRange({ byteLength, label: path }, offset, length);
      const bytes = allocateBytes(length, path);
      await readInto(offset, bytes, options);
      return bytes;
    },
    readInto,
    async requireUnchanged(): Promise<void> {
      // Another program may have written into the file, or put another one in its place, of which a hash would be.
      const [own, there] = await Promise.all([
        handle.stat({ bigint: true }),
        stat(path, { bigint: true }).catch(() => undefined),
      ]);
      if (isSame(own, opened) && there !== undefined && isSame(there, opened)) return;
      throw new IoError(`${path}: changed while it was read`, {
        hint: "Another program is writing it; try again when that is done.",
      });
    },
    close: () => handle.close(),
  };
}
