import { IoError, UnavailableError } from "@samoyed/core";
import { dataAddress } from "./data-folder.ts";

export { locateArchitectureData } from "./data-folder.ts";
export { inflateArchitectureData } from "./inflate.ts";
export type { InflateOptions } from "./inflate-errors.ts";

const HINT = "Serve the folder `data` of @samoyed/architectures, and say where: locateArchitectureData.";

/**
 * Reads a file of the data: its bytes as stored, newly allocated. It is fetched from the package's folder, or from that of
 * `locateArchitectureData`.
 *
 * @throws UsageError when the name is no file name.
 * @throws UnavailableError when there is no such file, or the server cannot be reached.
 * @throws IoError when the connection is lost.
 */
export async function readArchitectureData(file: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = dataAddress(file).href;
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new UnavailableError(`${url}: the server cannot be reached`, { cause, hint: HINT });
  }
  if (!response.ok) {
    throw new UnavailableError(`${url}: the server answered ${response.status} ${response.statusText}`.trim(), {
      hint: HINT,
      details: { status: response.status },
    });
  }
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new IoError(`${url}: the connection was lost`, { cause, hint: "Check the network and try again." });
  }
}
