import { type Backend, classifierLoader, type LoadClassifier } from "@samoyed/runtime";
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
  return webBackend({ importEngine: () => import("onnxruntime-web/wasm"), openModel }, options);
}

/**
 * Loads a converted classifier on onnxruntime-web.
 *
 * @throws the errors of `loadClassifier` of `@samoyed/runtime`.
 */
export const loadClassifier: LoadClassifier = classifierLoader(() => [onnxruntimeWeb()]);
