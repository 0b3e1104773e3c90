import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import {
  AbortedError,
  type Fetch,
  FormatError,
  MismatchError,
  type SamoyedError,
  throwIfAborted,
  UnavailableError,
} from "@samoyed/core";
import { makeFolder, systemCode, toIoError } from "@samoyed/core/node";
import { attemptDownload, type DownloadProgress, resumption } from "./download-attempt.ts";
import { lockDownload } from "./download-lock.ts";
import { type Environment, environmentFetch } from "./environment-fetch.ts";
import { hashFile } from "./hash-file.ts";
import { readHashRecord, writeHashRecord } from "./hash-record.ts";
import { openPartialFile, type PartialFile } from "./partial-file.ts";
import { refusePage } from "./refuse-page.ts";

/** Options of every download. */
export interface TransferOptions {
  /** Where proxies are named; `process.env` when absent. */
  readonly env?: Environment;
  /** Replaces `fetch`, proxies included. */
  readonly fetch?: Fetch;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** The pause before the second try, doubled before each further one; half a second when absent. */
  readonly retryMilliseconds?: number;
  /** How long a connection may be silent, or another download of the file make no progress; a minute when absent. */
  readonly idleMilliseconds?: number;
}

/** Options of `downloadFile`. */
export interface DownloadOptions extends TransferOptions {
  /** Where the file goes; the bytes before it is complete go to `path.part`. */
  readonly path: string;
  /**
   * The file's SHA-256 or its first digits, if known; else the hash that the server states in its headers, if any. Without
   * this option the hash of the verified file is kept in `path.sha256`.
   */
  readonly sha256?: string;
  /** Whether a file without `sha256` is refused when the server does not state its hash. */
  readonly requireServerHash?: boolean;
  /** Gets the SHA-256 of a file that has come, and that nobody stated a hash of. */
  readonly onUnverified?: (sha256: string) => void;
}

/** Tries in a row that bring not a byte: a server that is there and breaks off may recover. */
const MAX_FRUITLESS = 5;

/** One that cannot be reached at all, or refuses to serve, hardly does, unless it says when. */
const MAX_UNREACHED = 2;

const IDLE_MILLISECONDS = 60_000;

/** The longest wait that a busy server may ask for: half as long as another download waits for this one. */
const MAX_ASKED_MILLISECONDS = IDLE_MILLISECONDS / 2;

/** Tries in all: a server that sends one byte at a time must not occupy us forever. */
const MAX_ATTEMPTS = 100;

const MAX_PAUSE_MILLISECONDS = 10_000;

/**
 * Downloads a file, once: a file that is there and has the hash is left as it is. A download that was interrupted goes
 * on where it stopped, if the server says that the file is still the same. Broken connections are tried again. While
 * another download of the same file is at work, in this process or another, this one waits for it.
 *
 * @returns the file's SHA-256.
 * @throws UnavailableError when the server cannot be reached or answers with an error, redirects from https to http, or
 * states no hash where that is required; when a proxy wants a login; when the other download stalls.
 * @throws IoError when the connection breaks too often, or the disk fails.
 * @throws FormatError when a web page or a Git LFS pointer comes instead.
 * @throws MismatchError when the hash differs. What came is removed. Also when a file that is there, and that has
 * no published hash, has changed since it came; it is left as it is.
 * @throws AbortedError when the signal fires. What came is kept, to go on with, where the server lets one.
 */
export async function downloadFile(url: string, options: DownloadOptions): Promise<string> {
  const { path, signal, idleMilliseconds = IDLE_MILLISECONDS, onProgress } = options;
  const present = await verifiedFile(options);
  if (present !== undefined) {
    return present;
  }
  await makeFolder(dirname(path));
  const unlock = await lockDownload(path, {
    idleMilliseconds,
    signal,
    onWait: (done) => onProgress?.({ done, total: 0 }),
  });
  try {
    // The holder of the lock before may have brought it.
    return (await verifiedFile(options)) ?? (await downloadLocked(url, options));
  } finally {
    await unlock();
  }
}

async function downloadLocked(url: string, options: DownloadOptions): Promise<string> {
  const { path, signal } = options;
  const file = await openPartialFile(path);
  try {
    const stated = await transfer(url, file, options);
    return await complete(url, file, { ...options, stated });
  } catch (error) {
    if (error instanceof FormatError || error instanceof MismatchError || file.size === 0) {
      await file.discard();
    }
    throw signal?.aborted ? await interrupted(url, file, error) : error;
  } finally {
    await file.close();
  }
}

/** Keeps what came, if another run can go on with it. */
async function interrupted(url: string, file: PartialFile, cause: unknown): Promise<AbortedError> {
  if (Object.keys(resumption(url, file)).length > 0) {
    return new AbortedError("interrupted", { cause, hint: "Run it again: the download goes on where it stopped." });
  }
  await file.discard();
  return new AbortedError("interrupted", { cause });
}

/** The hash of a file that is there already and has the expected one: the published one, or the one that it came with. */
async function verifiedFile(options: DownloadOptions): Promise<string | undefined> {
  const { path, sha256, signal, requireServerHash } = options;
  try {
    await stat(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") {
      return undefined;
    }
    throw toIoError(error, `${path}: cannot be read`);
  }
  const found = await hashFile(path, { signal });
  if (sha256 !== undefined) {
    return found.startsWith(sha256) ? found : undefined;
  }
  const kept = await readHashRecord(path);
  // One that came before hashes were kept, or was put there by hand, was never verified.
  if (kept === undefined && requireServerHash) return undefined;
  if (kept !== undefined && kept !== found) {
    throw new MismatchError(`${path}: its SHA-256 is ${found}; it was ${kept} when it was downloaded`, {
      hint: "The file was damaged or changed since: delete it, and run this again to download it anew.",
      details: { got: found, expected: kept, path },
    });
  }
  return found;
}

/**
 * Brings the whole file, in as many tries as that takes.
 *
 * @returns the SHA-256 that the server states.
 */
async function transfer(url: string, file: PartialFile, options: DownloadOptions): Promise<string | undefined> {
  const { signal, retryMilliseconds = 500, idleMilliseconds = IDLE_MILLISECONDS } = options;
  const fetch = options.fetch ?? (await environmentFetch(options.env ?? process.env));
  let fruitless = 0;
  let stated: string | undefined;
  const onServerHash = (found: string | undefined): void => {
    if (found === undefined && options.requireServerHash) throw noServerHash(url);
    stated = found;
  };
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal);
    const before = file.size;
    const outcome = await attemptDownload(url, {
      file,
      fetch,
      signal,
      idleMilliseconds,
      onProgress: options.onProgress,
      onServerHash,
    });
    if (outcome === "complete") {
      return stated;
    }
    throwIfAborted(signal);
    const { error, wait: asked } = outcome;
    fruitless = file.size > before ? 0 : fruitless + 1;
    const allowed = error instanceof UnavailableError && asked === undefined ? MAX_UNREACHED : MAX_FRUITLESS;
    if (fruitless >= allowed || attempt >= MAX_ATTEMPTS) {
      throw error;
    }
    if (asked !== undefined && asked > MAX_ASKED_MILLISECONDS) throw busyFor(error, asked);
    const backoff = Math.min(retryMilliseconds * 2 ** Math.max(0, fruitless - 1), MAX_PAUSE_MILLISECONDS);
    await wait(Math.max(backoff, asked ?? 0), undefined, { signal });
  }
}

function noServerHash(url: string): UnavailableError {
  return new UnavailableError(`${url}: the server states no SHA-256 of the file, so that it cannot be verified`, {
    hint: "Something between here and the hub changes its answers: try another network, or name a mirror that you trust in SAMOYED_MIRROR.",
  });
}

function busyFor({ message, details }: SamoyedError, milliseconds: number): UnavailableError {
  const seconds = Math.ceil(milliseconds / 1000);
  return new UnavailableError(`${message}, and asks to wait ${seconds} seconds`, {
    hint: `Run it again in ${seconds > 600 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} seconds`}.`,
    details: { ...details, retryAfterSeconds: seconds },
  });
}

/** Gives the file its name if it has the hash that the caller knows, and the one that the server stated. */
async function complete(
  url: string,
  file: PartialFile,
  options: DownloadOptions & { readonly stated: string | undefined },
): Promise<string> {
  const { sha256, stated, path, signal } = options;
  refusePage(await file.head(), url);
  const found = await hashFile(file.path, { signal });
  for (const expected of [sha256, stated]) {
    if (expected === undefined || found.startsWith(expected)) continue;
    const shown = expected.length < 64 ? `${expected}…` : expected;
    throw new MismatchError(`${url}: its SHA-256 is ${found}; expected ${shown}`, {
      hint: "The file was changed on the way or at its source: do not use it. Try again, or another mirror.",
      details: { got: found, expected, path },
    });
  }
  if (sha256 === undefined) {
    if (stated === undefined) options.onUnverified?.(found);
    // Before the file has its name: one without a record would be taken unseen.
    await writeHashRecord(path, found);
  }
  await file.finish();
  return found;
}
