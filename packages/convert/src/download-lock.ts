import { randomUUID } from "node:crypto";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { AbortedError, UnavailableError } from "@samoyed/core";
import { systemCode, toIoError } from "@samoyed/core/node";

/** How often one who waits looks again. */
const POLL_MILLISECONDS = 100;

/** A lock without a holder's name is being written; one that stays so was left by a process that died in between. */
const NAMELESS_MILLISECONDS = 5_000;

/** Options of `lockDownload`. */
export interface DownloadLockOptions {
  /** How long the other download may make no progress before one gives up waiting for it. */
  readonly idleMilliseconds: number;
  readonly signal: AbortSignal | undefined;
  /** Told how many bytes the other download has, while one waits for it. */
  readonly onWait: (done: number) => void;
}

/**
 * Takes the right to download a file: `FILE.lock`, which names the process and the machine. Two downloads into one
 * partial file would spoil it. One that finds another at work waits for as long as that makes progress. The lock of a
 * process that is no more is taken over.
 *
 * @returns what gives the right back.
 * @throws UnavailableError when the other download stalls.
 * @throws IoError when the lock cannot be written.
 * @throws AbortedError when the signal fires.
 */
export async function lockDownload(target: string, options: DownloadLockOptions): Promise<() => Promise<void>> {
  const { idleMilliseconds, signal, onWait } = options;
  const path = `${target}.lock`;
  const mine = `${process.pid} ${hostname()} ${randomUUID()}\n`;
  let size = -1;
  let moved = Date.now();
  while (!(await create(path, mine))) {
    if (await removeStale(path)) continue;
    const now = await sizeOf(`${target}.part`);
    if (now !== size) {
      size = now;
      moved = Date.now();
      onWait(Math.max(0, size));
    } else if (Date.now() - moved >= idleMilliseconds) {
      throw new UnavailableError(`${target}: another download of it is running, and stands still`, {
        hint: `Wait for it, or end it; if there is none, delete ${path}.`,
        details: { lock: path },
      });
    }
    try {
      await wait(POLL_MILLISECONDS, undefined, { signal });
    } catch (cause) {
      throw new AbortedError("interrupted", { cause });
    }
  }
  return async () => {
    // If it was deleted, the one that is there now is another's.
    if ((await readFile(path, "utf8").catch(() => undefined)) === mine) await rm(path, { force: true });
  };
}

/** Whether the lock could be made: not if there is one. */
async function create(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: "wx" });
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw toIoError(error, `${path}: cannot be written`);
  }
}

/** Removes a lock whose holder is gone; whether there is reason to try again at once. */
async function removeStale(path: string): Promise<boolean> {
  let content: string;
  let age: number;
  try {
    content = await readFile(path, "utf8");
    age = Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return true;
    throw toIoError(error, `${path}: cannot be read`);
  }
  const [, pid, host] = /^(\d+) (\S+) \S+\n$/u.exec(content) ?? [];
  const stale = pid === undefined ? age > NAMELESS_MILLISECONDS : host === hostname() && !isRunning(Number(pid));
  if (stale) await takeAway(path, content);
  return stale;
}

/**
 * Removes a lock, but no other one that took its place since it was looked at: another may have seen the same. Who
 * removes it has `FILE.lock.taking` meanwhile, so that nobody removes the next lock in between.
 */
export async function takeAway(path: string, content: string): Promise<void> {
  const taking = `${path}.taking`;
  if (!(await create(taking, ""))) {
    const since = await stat(taking).catch(() => undefined);
    // Left by a process that died in between.
    if (since !== undefined && Date.now() - since.mtimeMs > NAMELESS_MILLISECONDS) await rm(taking, { force: true });
    return;
  }
  try {
    if ((await readFile(path, "utf8").catch(() => undefined)) === content) await rm(path, { force: true });
  } catch (error) {
    throw toIoError(error, `${path}: cannot be removed`);
  } finally {
    await rm(taking, { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and another user's.
    return systemCode(error) !== "ESRCH";
  }
}

/** -1 where there is no file. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return -1;
  }
}
