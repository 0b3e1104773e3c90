import { inflateArchitectureData, readArchitectureData } from "@samoyed/architectures";

/**
 * Reads a compressed file of `@samoyed/architectures`.
 *
 * @param maxBytes - Largest decompressed size.
 * @throws what `readArchitectureData` and `inflateArchitectureData` throw.
 */
export async function readData(file: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  return inflateArchitectureData(await readArchitectureData(file), { label: file, maxBytes });
}
