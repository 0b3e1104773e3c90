import { dirname, join } from "node:path";
import type { ByteSource } from "@samoyed/core";
import { fileSource } from "@samoyed/core/node";

/** Opens the files that a file names beside itself: shards, external data. The readers refuse names that leave the folder. */
export function siblings(path: string): (file: string) => Promise<ByteSource> {
  return (file) => fileSource(join(dirname(path), file));
}
