import { tensorByteLength } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";

/** Bytes that a graph's weights take. */
export function weightBytes({ initializers }: Graph): number {
  let bytes = 0;
  for (const { dtype, shape } of initializers.values()) {
    bytes += tensorByteLength(dtype, shape);
  }
  return bytes;
}
