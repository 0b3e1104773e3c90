import { type FileHandle } from "node:fs/promises";
import { allocateBytes } from "../tensor/allocate.ts";
import { IoError, throwIfAborted } from "../errors.ts";
import { toIoError } from "./node-error.ts";
import { checkRange } from "../io/range.ts";
import { type ByteSource, type ReadOptions } from "../io/source.ts";
import { openRegularFile } from "./regular-file.ts";

/** One system call reads at most 2 GiB - 1; whole pages are faster. */
const MAX_READ_BYTES = 1 << 30;

/** A file as a source: it stays open until `close`. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/**
 * Opens a file for reading at any offset. Each read is a copy that the caller owns.
 *
 * @throws IoError when the file cannot be opened or is a folder, a pipe or a device, and from `read` when it has become shorter.
 */
export async function fileSource(path: string): Promise<FileSource> {
  const handle = await openRegularFile(path);
  try {
    const { size } = await handle.stat();
    return sourceOfHandle(handle, { path, byteLength: size });
  } catch (error) {
    await handle.close();
    throw toIoError(error, `${path}: cannot be opened`);
  }
}

function sourceOfHandle(
  handle: FileHandle,
  { path, byteLength }: { readonly path: string; readonly byteLength: number },
): FileSource {
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
    close: () => handle.close(),
  };
}
