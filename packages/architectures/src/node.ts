import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { UnavailableError, UsageError } from "@samoyed/core";
import { systemCode, toIoError } from "@samoyed/core/node";
import { dataAddress } from "./data-folder.ts";

export { locateArchitectureData } from "./data-folder.ts";
export type { InflateOptions } from "./inflate-errors.ts";
export { inflateArchitectureData } from "./inflate-node.ts";

/**
 * Reads a file of the data: its bytes as stored, newly allocated.
 *
 * @throws UsageError when the name is no file name, or the folder is not on this machine.
 * @throws UnavailableError when there is no such file.
 * @throws IoError when it cannot be read.
 */
export async function readArchitectureData(file: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = dataAddress(file);
  if (url.protocol !== "file:") {
    throw new UsageError(
      `${url.href} is no file; in Node the architecture data are read from a folder on this machine`,
    );
  }
  const path = fileURLToPath(url);
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw toIoError(error, `${path}: cannot be read`);
    throw new UnavailableError(`${path}: no such file in @samoyed/architectures`, {
      cause: error,
      hint: "Install @samoyed/architectures in the version of the other packages. A program that was bundled must say where its folder `data` is: locateArchitectureData.",
    });
  }
}
