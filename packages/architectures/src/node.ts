import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { UnavailableError } from "@samoyed/core";
import { systemCode, toIoError } from "@samoyed/core/node";
import { checkFileName } from "./check-file-name.ts";

/**
 * Reads a file of the data: its bytes as stored, newly allocated.
 *
 * @throws UsageError when the name is no file name.
 * @throws UnavailableError when there is no such file.
 * @throws IoError when it cannot be read.
 */
export async function readArchitectureData(file: string): Promise<Uint8Array<ArrayBuffer>> {
  checkFileName(file);
  const path = fileURLToPath(new URL(`../data/${file}`, import.meta.url));
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw toIoError(error, `${path}: cannot be read`);
    throw new UnavailableError(`${path}: no such file in @samoyed/architectures`, {
      cause: error,
      hint: "Install @samoyed/architectures in the version of the other packages. A program that was bundled into one file needs the package's folder `data` as well.",
    });
  }
}
