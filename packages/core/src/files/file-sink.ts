import type { Stats } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { IoError, UsageError } from "../errors.ts";
import { checkPatch } from "../io/memory-sink.ts";
import { systemCode, toIoError } from "./node-error.ts";
import type { Sink } from "../io/sink.ts";
import { temporaryPath } from "./temporary-file.ts";
import { addUnfinishedFile, dropUnfinishedFile } from "./unfinished-files.ts";

/**
 * Bytes after which the file is synced to the disk while the next ones are written, so that little is left to wait for
 * at the end; that wait would be a third of the time of copying a large file. Equal to the size of a TensorFlow.js weight file,
 * so that hundreds of them do not wait until all are written.
 */
const FLUSH_BYTES = 4 << 20;

/**
 * A sink into a file: bytes go to a temporary file in the same folder, which is renamed to `path` on `commit`, after
 * its bytes have reached the disk. An existing file is replaced atomically at that moment.
 *
 * The temporary file is removed by `abort`, or when the process ends before `commit`.
 *
 * @throws IoError when the folder does not exist or is not writable, or `path` is a folder.
 */
export async function fileSink(path: string): Promise<Sink> {
  await refuseSpecialFile(path);
  const temporary = temporaryPath(path);
  let handle: FileHandle;
  addUnfinishedFile(temporary);
  try {
    handle = await open(temporary, "wx");
  } catch (error) {
    dropUnfinishedFile(temporary);
    throw toIoError(error, `${path}: cannot be written`);
  }
  return sinkOfHandle(handle, { path, temporary });
}

function sinkOfHandle(
  handle: FileHandle,
  { path: opened, temporary }: { readonly path: string; readonly temporary: string },
): Sink {
  let path = opened;
  let position = 0;
  let state: "open" | "committed" | "aborted" = "open";
  const requireOpen = (): void => {
    if (state !== "open") {
      throw new UsageError(`${path}: the sink was ${state} and accepts no more bytes`);
    }
  };
  const flusher = startFlusher(handle);
  const remove = async (): Promise<void> => {
    state = "aborted";
    try {
      await flusher.settle();
      await handle.close();
    } finally {
      await rm(temporary, { force: true });
      dropUnfinishedFile(temporary);
    }
  };
  return {
    get position(): number {
      return position;
    },
    async write(bytes: Uint8Array): Promise<void> {
      requireOpen();
      await writeAll(handle, bytes, { path, offset: position });
      position += bytes.byteLength;
      flusher.wrote(bytes.byteLength);
    },
    async patch(offset: number, bytes: Uint8Array): Promise<void> {
      requireOpen();
      checkPatch(offset, bytes.byteLength, position);
      await writeAll(handle, bytes, { path, offset });
    },
    rename(file: string): void {
      requireOpen();
      path = join(dirname(path), file);
    },
    async commit(): Promise<void> {
      requireOpen();
      try {
        await flusher.settle();
        flusher.check();
        await handle.sync();
        await refuseSpecialFile(path);
        await rename(temporary, path);
      } catch (error) {
        await remove();
        throw toIoError(error, `${path}: cannot be written`);
      }
      state = "committed";
      dropUnfinishedFile(temporary);
      try {
        await handle.close();
        await syncFolder(dirname(path));
      } catch (error) {
        throw toIoError(error, `${path}: cannot be written`);
      }
    },
    async abort(): Promise<void> {
      if (state === "open") {
        await remove();
      }
    },
  };
}

interface Flusher {
  /** Counts bytes, and syncs the file from time to time. */
  wrote(byteLength: number): void;
  /** Waits for a sync in progress. */
  settle(): Promise<void>;
  /** Throws an error that the disk reported: the system reports it only once, so the final sync would miss it. */
  check(): void;
}

function startFlusher(handle: FileHandle): Flusher {
  let waiting = 0;
  let running: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  const flush = async (): Promise<void> => {
    try {
      await handle.datasync();
    } catch (error) {
      failure ??= { error };
    }
    running = undefined;
  };
  return {
    wrote(byteLength: number): void {
      waiting += byteLength;
      if (waiting >= FLUSH_BYTES && running === undefined) {
        waiting = 0;
        running = flush();
      }
    },
    settle: async () => running,
    check(): void {
      if (failure !== undefined) {
        throw failure.error;
      }
    },
  };
}

async function writeAll(
  handle: FileHandle,
  bytes: Uint8Array,
  { path, offset }: { readonly path: string; readonly offset: number },
): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) {
    try {
      // A disk that fills up accepts part of a write before it refuses the rest.
      const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, offset + done);
      done += bytesWritten;
    } catch (error) {
      throw toIoError(error, `${path}: cannot be written`);
    }
  }
}

/**
 * `rename` onto a folder fails only at the end, after all the work; this check fails at the beginning. Onto a device such
 * as `/dev/null` it succeeds for root, and replaces the device.
 */
async function refuseSpecialFile(path: string): Promise<void> {
  let kind: Stats;
  try {
    kind = await stat(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") {
      return;
    }
    throw toIoError(error, `${path}: cannot be written`);
  }
  if (kind.isDirectory()) {
    throw new IoError(`${path}: cannot be written (EISDIR)`, { hint: "It is a folder; name a file." });
  }
  if (!kind.isFile()) {
    throw new IoError(`${path}: cannot be written: it is a device or a pipe`, { hint: "Name a regular file." });
  }
}

/** Makes the rename itself durable; Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") {
    return;
  }
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    // Some file systems (network, FUSE) cannot sync folders; the file's own bytes are safe by now.
    if (!["EINVAL", "ENOTSUP", "EISDIR", "EPERM"].includes(systemCode(error) ?? "")) {
      throw error;
    }
  } finally {
    await handle.close();
  }
}
