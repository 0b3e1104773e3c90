import {
  type Artifact,
  type Backend,
  type Classifier,
  type ClassifierOptions,
  loadClassifier as loadOn,
} from "@samoyed/runtime";
import { importError } from "./import-error.ts";
import { onnxruntimeNode } from "./onnxruntime-node.ts";
import { openModelInMemory } from "./open-model-node.ts";
import { type OnnxruntimeWebOptions, webBackend } from "./web-backend.ts";

export { onnxruntimeNode } from "./onnxruntime-node.ts";
export { readOnnxMetadata } from "./read-onnx-metadata.ts";
export type { OnnxruntimeWebOptions } from "./web-backend.ts";

/**
 * Backend of onnxruntime-web's wasm engine in Node. Needs the package `onnxruntime-web` (1.22 or later), whose wasm it loads from
 * the installed files, offline.
 *
 * Loads a path, a `file:` or `http(s):` URL, or bytes; the whole model is in memory, and no external data is read.
 */
export function onnxruntimeWeb(options: OnnxruntimeWebOptions = {}): Backend {
  return webBackend({ importEngine: importWeb, openModel: openModelInMemory }, options);
}

/** In a try block of its own, which tells webpack and esbuild to build a server without it. */
async function importWeb(): Promise<unknown> {
  try {
    return await import("onnxruntime-web");
  } catch (cause) {
    throw importError("onnxruntime-web", cause);
  }
}

/**
 * Loads a converted classifier on onnxruntime-node, or on onnxruntime-web if that cannot run.
 *
 * @throws the errors of `loadClassifier` of `@samoyed/runtime`.
 */
export async function loadClassifier(
  artifact: Artifact,
  { wasmUrl, ...options }: ClassifierOptions & OnnxruntimeWebOptions = {},
): Promise<Classifier> {
  const web = onnxruntimeWeb(wasmUrl === undefined ? {} : { wasmUrl });
  return loadOn(artifact, { ...options, backends: [onnxruntimeNode(), web] });
}
