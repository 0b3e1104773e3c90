import { type FileHandle, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { systemCode, toIoError } from "@samoyed/core/node";
import { HEAD_BYTES } from "./refuse-page.ts";

/** The download that a partial file belongs to: enough to know whether the rest belongs to it. */
export interface PartialState {
  readonly url: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly total: number | null;
}

/** A download that is not complete: `FILE.part`, and `FILE.part.json`, which says of what. Both survive an interruption. */
export interface PartialFile {
  /** Bytes that are there. */
  readonly size: number;
  /** The download of these bytes; `undefined` when it is not known, so that they are worth nothing. */
  readonly state: PartialState | undefined;
  readonly path: string;
  /** Empties it, for a download that begins. */
  restart(state: PartialState): Promise<void>;
  append(bytes: Uint8Array): Promise<void>;
  /** The first bytes, to see what it is. */
  head(): Promise<Uint8Array>;
  /** Gives it its final name, after its bytes have reached the disk. */
  finish(): Promise<void>;
  /** Removes both files. */
  discard(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the partial file of a download, there already or not.
 *
 * @throws IoError here and from its methods when the disk fails, is full or read-only.
 */
export async function openPartialFile(target: string): Promise<PartialFile> {
  const path = `${target}.part`;
  const statePath = `${path}.json`;
  const failed = (error: unknown): Error => toIoError(error, `${target}: cannot be written`);
  let handle: FileHandle;
  let size: number;
  let state: PartialState | undefined;
  try {
    handle = await openOrCreate(path);
    size = (await handle.stat()).size;
    state = await readState(statePath);
  } catch (error) {
    throw failed(error);
  }
  return {
    path,
    get size(): number {
      return size;
    },
    get state(): PartialState | undefined {
      return state;
    },
    async restart(next: PartialState): Promise<void> {
      try {
        await handle.truncate(0);
        await writeFile(statePath, JSON.stringify(next));
      } catch (error) {
        throw failed(error);
      }
      size = 0;
      state = next;
    },
    async append(bytes: Uint8Array): Promise<void> {
      try {
        for (let done = 0; done < bytes.byteLength;) {
          const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, size);
          done += bytesWritten;
          size += bytesWritten;
        }
      } catch (error) {
        throw failed(error);
      }
    },
    async head(): Promise<Uint8Array> {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    },
    async finish(): Promise<void> {
      try {
        await handle.sync();
        await rename(path, target);
        await rm(statePath, { force: true });
      } catch (error) {
        throw failed(error);
      }
    },
    async discard(): Promise<void> {
      await rm(path, { force: true });
      await rm(statePath, { force: true });
    },
    close: () => handle.close(),
  };
}

async function openOrCreate(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r+");
  } catch (error) {
    if (systemCode(error) !== "ENOENT") {
      throw error;
    }
    return open(path, "wx+");
  }
}

async function readState(path: string): Promise<PartialState | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") {
      return undefined;
    }
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // An interruption cut it short; then nothing is known of the bytes either.
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
  return isState(value) ? value : undefined;
}

function isState(value: unknown): value is PartialState {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const { url, etag, lastModified, total } = value as Partial<Record<keyof PartialState, unknown>>;
  return (
    typeof url === "string" && isText(etag) && isText(lastModified) && (total === null || Number.isSafeInteger(total))
  );
}

function isText(field: unknown): boolean {
  return field === null || typeof field === "string";
}
