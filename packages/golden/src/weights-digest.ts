import { arrayToBytes } from "@samoyed/core";
import { sha256Hex } from "./sha256.ts";

/** Digest of the weights that an engine computes with. */
export interface WeightsDigest {
  /**
   * Adds one weight: PyTorch's name for it in a network without batch norms (`MODULE.weight`,
   * `MODULE.bias`) and its values in PyTorch's order of axes. The array is not kept.
   */
  add(name: string, values: Float32Array): Promise<void>;
  sha256(): Promise<string>;
}

/**
 * Creates the digest that identifies stored weights in recordings: SHA-256 over a line `NAME SHA-256` for each weight's float32 little-endian
 * bytes, in the order of names (by UTF-16 code units), whatever the order in which they come.
 *
 * Matches `tensors_sha256` in `tools/oracle/samoyed_oracle/stored.py`.
 */
export function weightsDigest(): WeightsDigest {
  const lines: { readonly name: string; readonly sha256: string }[] = [];
  return {
    async add(name, values) {
      lines.push({ name, sha256: await sha256Hex(arrayToBytes(values)) });
    },
    async sha256() {
      const sorted = lines.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
      return sha256Hex(new TextEncoder().encode(sorted.map(({ name, sha256 }) => `${name} ${sha256}\n`).join("")));
    },
  };
}
