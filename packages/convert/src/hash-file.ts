import { Worker } from "node:worker_threads";
import { AbortedError, type ReadOptions } from "@samoyed/core";
import { requireRegularFile, toIoError } from "@samoyed/core/node";

/**
 * Source of the worker: CommonJS as text, so that it needs no file beside this one, in whatever way this is bundled.
 * One buffer serves all reads; larger ones are no faster.
 */
const WORKER = `
const { parentPort, workerData } = require("node:worker_threads");
const { openSync, readSync, closeSync, constants } = require("node:fs");
const { createHash } = require("node:crypto");
const hash = createHash("sha256");
const buffer = Buffer.allocUnsafe(1 << 20);
let file;
try {
  file = openSync(workerData, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  for (let read; (read = readSync(file, buffer, 0, buffer.length, null)) > 0; ) hash.update(buffer.subarray(0, read));
  parentPort.postMessage({ sha256: hash.digest("hex") });
} catch (error) {
  parentPort.postMessage({ code: error.code, message: error.message });
} finally {
  if (file !== undefined) closeSync(file);
}
`;

type Answer = { readonly sha256: string } | { readonly code?: string; readonly message: string };

/**
 * The SHA-256 of a file, as 64 hexadecimal digits, computed in a thread of its own while the caller goes on.
 *
 * @throws IoError when the file cannot be read, or is a folder, a pipe or a device.
 * @throws AbortedError when the signal fires.
 */
export async function hashFile(path: string, { signal }: ReadOptions = {}): Promise<string> {
  await requireRegularFile(path, "cannot be read");
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new AbortedError("interrupted", { cause: signal.reason }));
      return;
    }
    const worker = new Worker(WORKER, { eval: true, workerData: path });
    const stop = (): void => {
      reject(new AbortedError("interrupted", { cause: signal?.reason }));
      void worker.terminate();
    };
    signal?.addEventListener("abort", stop, { once: true });
    const fail = (error: unknown): void => reject(toIoError(error, `${path}: cannot be read`));
    worker.once("message", (answer: Answer) => {
      if ("sha256" in answer) {
        resolve(answer.sha256);
      } else {
        fail(Object.assign(new Error(answer.message), answer.code === undefined ? {} : { code: answer.code }));
      }
    });
    worker.once("error", fail);
    worker.once("exit", (code) => {
      signal?.removeEventListener("abort", stop);
      fail(new Error(`the hashing thread ended with ${code}`));
    });
  });
}
