import { concatBytes, IoError, memorySource, throwIfAborted } from "@samoyed/core";
import type { Artifact } from "@samoyed/runtime";
import type { Model } from "./engine.ts";
import { checkOnnxSizes } from "./check-sizes.ts";
import { readOnnxMetadata } from "./read-onnx-metadata.ts";

/** Options of `openModel`. */
export interface OpenModelOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a model from memory or a Blob, or downloads it whole from a URL (a string is a URL, relative to the page).
 *
 * @throws IoError when the download fails.
 * @throws FormatError when the bytes are not an ONNX model; UnsupportedError when a constant asks for too much memory.
 */
export async function openModel(artifact: Artifact, { signal }: OpenModelOptions): Promise<Model> {
  const given = artifact instanceof Blob ? new Uint8Array(await artifact.arrayBuffer()) : artifact;
  const bytes = given instanceof Uint8Array ? given : await download(given, signal);
  const label = given instanceof Uint8Array ? "memory" : String(given);
  const source = memorySource(bytes, label);
  const metadata = await readOnnxMetadata(source, { signal });
  await checkOnnxSizes(source, { signal });
  return {
    label,
    metadata,
    model: bytes,
    withPatch: async (patch) =>
      concatBytes([given instanceof Uint8Array ? given : await download(given, undefined), patch]),
  };
}

async function download(url: string | URL, signal: AbortSignal | undefined): Promise<Uint8Array> {
  throwIfAborted(signal);
  try {
    const response = await fetch(url, { signal: signal ?? null });
    if (!response.ok)
      throw new IoError(`${String(url)}: the server answered ${response.status} ${response.statusText}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throwIfAborted(signal);
    if (cause instanceof IoError) throw cause;
    throw new IoError(`${String(url)}: cannot be downloaded`, { hint: "Check the address and the network.", cause });
  }
}
