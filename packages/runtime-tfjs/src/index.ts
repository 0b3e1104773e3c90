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

/** TensorFlow.js in plain JavaScript: slow, and everywhere. Needs `@tensorflow/tfjs-backend-cpu` 4.22. */
export function tfjsCpu(): Backend {
  return tfjsBackend(CPU, filesInBrowser);
}

/**
 * TensorFlow.js in WebAssembly, with SIMD, and with threads on a page that is cross-origin isolated. Needs
 * `@tensorflow/tfjs-backend-wasm` 4.22, and its `.wasm` files on the server.
 */
export function tfjsWasm({ wasmUrl }: TfjsWasmOptions = {}): Backend {
  return tfjsBackend(
    wasmEngine(() => (wasmUrl === undefined ? undefined : String(wasmUrl))),
    filesInBrowser,
  );
}

/** TensorFlow.js on WebGL. Needs `@tensorflow/tfjs-backend-webgl` 4.22. */
export function tfjsWebgl(): Backend {
  return tfjsBackend(WEBGL, filesInBrowser);
}

/** TensorFlow.js on WebGPU. Needs `@tensorflow/tfjs-backend-webgpu` 4.22. */
export function tfjsWebgpu(): Backend {
  return tfjsBackend(WEBGPU, filesInBrowser);
}

/** TensorFlow's native library runs in Node only: here it says so. */
export function tfjsNode(): Backend {
  return elsewhere("tfjs-node", {
    runsIn: "node",
    reason: "it runs only in Node",
    fix: "Use tfjs-wasm or tfjs-webgl in a browser.",
  });
}

/**
 * Loads a converted classifier on the WebAssembly engine, or on the plain one where that cannot start.
 *
 * @throws what `loadClassifier` of `@samoyed/runtime` throws.
 */
export async function loadClassifier(
  artifact: Artifact,
  { wasmUrl, ...options }: ClassifierOptions & TfjsWasmOptions = {},
): Promise<Classifier> {
  return loadOn(artifact, { ...options, backends: [tfjsWasm(wasmUrl === undefined ? {} : { wasmUrl }), tfjsCpu()] });
}

/** A model's files at a URL; a string is one, relative to the page. */
async function filesInBrowser(artifact: Artifact): Promise<ModelFiles> {
  if (artifact instanceof Uint8Array || artifact instanceof Blob) {
    throw new UsageError("a TensorFlow.js model is several files; expected a URL");
  }
  return urlFiles(new URL(artifact, globalThis.location?.href));
}
