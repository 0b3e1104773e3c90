import { createHash } from "node:crypto";
import type { PreprocessConfig } from "@samoyed/core";
import { preprocessImage, type TransformResult } from "@samoyed/preprocess";

/** Preprocessing that remembers its results: a file of tests gives the same images to every engine. */
export function preprocessOnce(): (bytes: Uint8Array, config: PreprocessConfig) => TransformResult {
  const known = new Map<string, TransformResult>();
  return (bytes, config) => {
    const key = createHash("sha256").update(bytes).update(JSON.stringify(config)).digest("hex");
    const found = known.get(key) ?? preprocessImage(bytes, config);
    known.set(key, found);
    return found;
  };
}
