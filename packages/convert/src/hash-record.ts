import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { systemCode, toIoError } from "@samoyed/core/node";

/** Path of the hash of a downloaded file that has no published one: beside it, as `sha256sum` writes it. */
function recordOf(path: string): string {
  return `${path}.sha256`;
}

/**
 * Keeps the SHA-256 of a file as it came.
 *
 * @throws IoError when the disk fails.
 */
export async function writeHashRecord(path: string, sha256: string): Promise<void> {
  try {
    await writeFile(recordOf(path), `${sha256}  ${basename(path)}\n`);
  } catch (error) {
    throw toIoError(error, `${recordOf(path)}: cannot be written`);
  }
}

/**
 * The SHA-256 that a file had when it was downloaded; `undefined` where it was not kept.
 *
 * @throws IoError when the disk fails.
 */
export async function readHashRecord(path: string): Promise<string | undefined> {
  try {
    return /^[0-9a-f]{64}(?= )/u.exec(await readFile(recordOf(path), "utf8"))?.[0];
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw toIoError(error, `${recordOf(path)}: cannot be read`);
  }
}
