import type { OwnedBytes } from "@samoyed/core";
import { readArchitectureData } from "@samoyed/architectures";
import { inflate } from "./inflate.ts";

/**
 * Reads a compressed file of `@samoyed/architectures`.
 *
 * @param maxBytes - Largest decompressed size.
 * @throws what `readArchitectureData` and `inflate` throw.
 */
export async function readData(file: string, maxBytes: number): Promise<OwnedBytes> {
  return inflate(await readArchitectureData(file), { label: file, maxBytes });
}
