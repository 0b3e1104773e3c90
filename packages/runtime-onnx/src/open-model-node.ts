import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CHUNK_BYTES } from "@samoyed/core";
import { fileSource } from "@samoyed/core/node";
import type { Artifact } from "@samoyed/runtime";
import type { Model } from "./engine.ts";
import { checkOnnxSizes } from "./check-sizes.ts";
import { openModel, type OpenModelOptions } from "./open-model.ts";
import { readOnnxMetadata } from "./read-onnx-metadata.ts";

/**
 * Opens a model from a path, a `file:` URL, an `http(s):` URL or memory.
 *
 * Only the metadata of a file is read here: onnxruntime-node gets the path and reads the file with its external data.
 *
 * @throws IoError when the file cannot be read or the download fails.
 * @throws FormatError when the bytes are not an ONNX model.
 */
export async function openModelInNode(artifact: Artifact, { signal }: OpenModelOptions): Promise<Model> {
  const path = pathOf(artifact);
  if (path === undefined) return openModel(artifact, { signal });
  const source = await fileSource(path);
  try {
    const metadata = await readOnnxMetadata(source, { signal });
    await checkOnnxSizes(source, { signal });
    return {
      label: path,
      metadata,
      model: path,
      folder: dirname(resolve(path)),
      withPatch: (patch) => readWithPatch(path, patch),
    };
  } finally {
    await source.close();
  }
}

/** Opens a model with all bytes in memory, for engines that do not read files. */
export async function openModelInMemory(artifact: Artifact, options: OpenModelOptions): Promise<Model> {
  const model = await openModelInNode(artifact, options);
  return typeof model.model === "string" ? { ...model, model: await model.withPatch(new Uint8Array(0)) } : model;
}

function pathOf(artifact: Artifact): string | undefined {
  if (artifact instanceof Uint8Array || artifact instanceof Blob) return undefined;
  if (artifact instanceof URL) return artifact.protocol === "file:" ? fileURLToPath(artifact) : undefined;
  return /^https?:\/\//i.test(artifact) ? undefined : artifact;
}

/** Reads the file once, with room for the patch: `readFile` and a join would make two copies. */
async function readWithPatch(path: string, patch: Uint8Array): Promise<Uint8Array> {
  const source = await fileSource(path);
  try {
    const bytes = new Uint8Array(source.byteLength + patch.length);
    for (let at = 0; at < source.byteLength; at += CHUNK_BYTES) {
      bytes.set(await source.read(at, Math.min(CHUNK_BYTES, source.byteLength - at)), at);
    }
    bytes.set(patch, source.byteLength);
    return bytes;
  } finally {
    await source.close();
  }
}
