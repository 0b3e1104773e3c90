import { fileURLToPath } from "node:url";
import { throwIfAborted } from "@samoyed/core";
import { fileSource } from "@samoyed/core/node";
import type { Artifact } from "@samoyed/runtime";
import { type ByteStream, cutShort } from "./byte-stream.ts";
import { openStream } from "./open-stream.ts";

/**
 * The same in Node, where a string is a path unless it begins with `http://` or `https://`, and `file:` URLs are paths.
 *
 * @throws IoError when a file cannot be opened, and as `openStream` does.
 */
export async function openStreamInNode(artifact: Artifact, signal: AbortSignal | undefined): Promise<ByteStream> {
  throwIfAborted(signal);
  const path = pathOf(artifact);
  return path === undefined ? openStream(artifact, signal) : fileStream(path, signal);
}

function pathOf(artifact: Artifact): string | undefined {
  if (artifact instanceof URL) return artifact.protocol === "file:" ? fileURLToPath(artifact) : undefined;
  if (typeof artifact !== "string" || /^https?:\/\//i.test(artifact)) return undefined;
  return artifact;
}

/** A file whose bytes are read straight to where they are wanted. */
async function fileStream(path: string, signal: AbortSignal | undefined): Promise<ByteStream> {
  const source = await fileSource(path);
  let position = 0;
  return {
    label: path,
    byteLength: source.byteLength,
    async readInto(target) {
      if (target.byteLength > source.byteLength - position) throw cutShort(path, source.byteLength);
      const offset = position;
      position += target.byteLength;
      await source.readInto!(offset, target, { signal });
    },
    atEnd: async () => position === source.byteLength,
    close: () => source.close(),
  };
}
