import { type ModelFiles, UsageError } from "@samoyed/core";
import {
  type Artifact,
  type Backend,
  type Classifier,
  type ClassifierOptions,
  loadClassifier as loadOn,
} from "@samoyed/runtime";
import { elsewhere } from "./elsewhere.ts";
import { CPU, type TfjsWasmOptions, wasmEngine, WEBGL, WEBGPU } from "./engines.ts";
import { urlFiles } from "@samoyed/tfjs-file";
import { tfjsBackend } from "./tfjs-backend.ts";

export type { TfjsWasmOptions } from "./engines.ts";

/** Backend of TensorFlow.js in plain JavaScript: slow, but runs everywhere. Needs `@tensorflow/tfjs-backend-cpu` 4.22. */
export function tfjsCpu(): Backend {
  return tfjsBackend(CPU, filesInBrowser);
}

/**
 * Backend of TensorFlow.js in WebAssembly, with SIMD, and with threads on a cross-origin isolated page. Needs
 * `@tensorflow/tfjs-backend-wasm` 4.22, and its `.wasm` files on the server.
 */
export function tfjsWasm({ wasmUrl }: TfjsWasmOptions = {}): Backend {
  return tfjsBackend(
    wasmEngine(() => (wasmUrl === undefined ? undefined : String(wasmUrl))),
    filesInBrowser,
  );
}

/** Backend of TensorFlow.js on WebGL. Needs `@tensorflow/tfjs-backend-webgl` 4.22. */
export function tfjsWebgl(): Backend {
  return tfjsBackend(WEBGL, filesInBrowser);
}

/** Backend of TensorFlow.js on WebGPU. Needs `@tensorflow/tfjs-backend-webgpu` 4.22. */
export function tfjsWebgpu(): Backend {
  return tfjsBackend(WEBGPU, filesInBrowser);
}

/** Backend of TensorFlow's native library, which runs only in Node: never available here. */
export function tfjsNode(): Backend {
  return elsewhere("tfjs-node", { reason: "it runs only in Node", fix: "Use tfjs-wasm or tfjs-webgl in a browser." });
}

/**
 * Loads a converted classifier on the WebAssembly engine, or in plain JavaScript if that cannot start.
 *
 * @throws the errors of `loadClassifier` of `@samoyed/runtime`.
 */
export async function loadClassifier(
  artifact: Artifact,
  { wasmUrl, ...options }: ClassifierOptions & TfjsWasmOptions = {},
): Promise<Classifier> {
  return loadOn(artifact, { ...options, backends: [tfjsWasm(wasmUrl === undefined ? {} : { wasmUrl }), tfjsCpu()] });
}

/** Opens a model's files at a URL; a string is a URL, relative to the page. */
async function filesInBrowser(artifact: Artifact): Promise<ModelFiles> {
  if (artifact instanceof Uint8Array || artifact instanceof Blob) {
    throw new UsageError("a TensorFlow.js model is several files; expected a URL");
  }
  return urlFiles(new URL(artifact, globalThis.location?.href));
}
