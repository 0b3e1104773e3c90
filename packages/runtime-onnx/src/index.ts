import {
  type Artifact,
  type Backend,
  type Classifier,
  type ClassifierOptions,
  loadClassifier as loadOn,
} from "@samoyed/runtime";
import { openModel } from "./open-model.ts";
import { type OnnxruntimeWebOptions, webBackend } from "./web-backend.ts";

export { readOnnxMetadata } from "./read-onnx-metadata.ts";
export type { OnnxruntimeWebOptions } from "./web-backend.ts";

/**
 * Backend of onnxruntime-web's wasm engine in a browser. Needs the package `onnxruntime-web` (1.22 or later).
 *
 * Loads a URL (a string is one, relative to the page) or bytes; the whole model is in memory, and no external data is
 * read.
 */
export function onnxruntimeWeb(options: OnnxruntimeWebOptions = {}): Backend {
  return webBackend(
    { importEngine: () => import("onnxruntime-web/wasm"), openModel },
    { wasmUrl: bundledWasm(), ...options },
  );
}

/**
 * URL of the engine's wasm where a bundler serves or copies it: Vite and webpack replace this expression. Vite 6 and 7 need
 * it in development, where the engine's own expression points nowhere. Elsewhere it stays as it is written, and the engine
 * looks next to its own module.
 */
function bundledWasm(): URL | undefined {
  try {
    const url = new URL("onnxruntime-web/ort-wasm-simd-threaded.wasm", import.meta.url);
    return url.pathname.endsWith("/onnxruntime-web/ort-wasm-simd-threaded.wasm") ? undefined : url;
  } catch {
    // A host whose modules have no addresses, as workerd.
    return undefined;
  }
}

/**
 * Loads a converted classifier on onnxruntime-web.
 *
 * @throws the errors of `loadClassifier` of `@samoyed/runtime`.
 */
export async function loadClassifier(
  artifact: Artifact,
  { wasmUrl, ...options }: ClassifierOptions & OnnxruntimeWebOptions = {},
): Promise<Classifier> {
  return loadOn(artifact, { ...options, backend: onnxruntimeWeb(wasmUrl === undefined ? {} : { wasmUrl }) });
}
