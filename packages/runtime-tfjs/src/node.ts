import { createRequire } from "node:module";
import { dirname } from "node:path";
import {
  type Artifact,
  type Backend,
  type Classifier,
  type ClassifierOptions,
  loadClassifier as loadOn,
} from "@samoyed/runtime";
import { type Elsewhere, elsewhere } from "./elsewhere.ts";
import { CPU, type TfjsWasmOptions, wasmEngine } from "./engines.ts";
import { filesInNode } from "@samoyed/tfjs-file/node";
import { tfjsBackend } from "./tfjs-backend.ts";
import { NODE } from "./tfjs-node.ts";

export type { TfjsWasmOptions } from "./engines.ts";

const IN_BROWSERS: Elsewhere = {
  runsIn: "browser",
  reason: "it runs only in browsers",
  fix: "Use tfjs-node or tfjs-wasm in Node.",
};

/** TensorFlow.js in plain JavaScript: slow, and everywhere. Needs `@tensorflow/tfjs-backend-cpu` 4.22. */
export function tfjsCpu(): Backend {
  return tfjsBackend(CPU, filesInNode);
}

/**
 * TensorFlow.js in WebAssembly, with SIMD and one thread. Needs `@tensorflow/tfjs-backend-wasm` 4.22, whose `.wasm` it
 * loads from the installed files, offline.
 */
export function tfjsWasm({ wasmUrl }: TfjsWasmOptions = {}): Backend {
  return tfjsBackend(
    wasmEngine(() => (wasmUrl === undefined ? installedWasm() : String(wasmUrl))),
    filesInNode,
  );
}

/** The folder of the installed engine's `.wasm` files. */
function installedWasm(): string {
  return dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"));
}

/**
 * TensorFlow's own library, native, with all cores; grouped convolutions are computed as such. Needs
 * `@tensorflow/tfjs-node` 4.22, set up by `samoyed doctor --fix tfjs-node`.
 */
export function tfjsNode(): Backend {
  return tfjsBackend(NODE, filesInNode);
}

/** TensorFlow.js on WebGL runs in browsers: here it says so. */
export function tfjsWebgl(): Backend {
  return elsewhere("tfjs-webgl", IN_BROWSERS);
}

/** TensorFlow.js on WebGPU runs in browsers: here it says so. */
export function tfjsWebgpu(): Backend {
  return elsewhere("tfjs-webgpu", IN_BROWSERS);
}

/**
 * Loads a converted classifier on tfjs-node, or on the WebAssembly engine or the plain one where that cannot run.
 *
 * @throws what `loadClassifier` of `@samoyed/runtime` throws.
 */
export async function loadClassifier(
  artifact: Artifact,
  { wasmUrl, ...options }: ClassifierOptions & TfjsWasmOptions = {},
): Promise<Classifier> {
  const wasm = tfjsWasm(wasmUrl === undefined ? {} : { wasmUrl });
  return loadOn(artifact, { ...options, backends: [tfjsNode(), wasm, tfjsCpu()] });
}
