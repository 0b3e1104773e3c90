import { createRequire } from "node:module";
import { dirname } from "node:path";
import {
  type Artifact,
  type Backend,
  type Classifier,
  type ClassifierOptions,
  loadClassifier as loadOn,
} from "@samoyed/runtime";
import { elsewhere } from "./elsewhere.ts";
import { CPU, type TfjsWasmOptions, wasmEngine } from "./engines.ts";
import { filesInNode } from "@samoyed/tfjs-file/node";
import { tfjsBackend } from "./tfjs-backend.ts";
import { NODE } from "./tfjs-node.ts";

export type { TfjsWasmOptions } from "./engines.ts";

const IN_BROWSERS = { reason: "it runs only in browsers", fix: "Use tfjs-node or tfjs-wasm in Node." };

/** Backend of TensorFlow.js in plain JavaScript: slow, but runs everywhere. Needs `@tensorflow/tfjs-backend-cpu` 4.22. */
export function tfjsCpu(): Backend {
  return tfjsBackend(CPU, filesInNode);
}

/**
 * Backend of TensorFlow.js in WebAssembly, with SIMD and one thread. Needs `@tensorflow/tfjs-backend-wasm` 4.22, whose `.wasm` it
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
 * Backend of TensorFlow's native library, with all cores; grouped convolutions are computed as such. Needs
 * `@tensorflow/tfjs-node` 4.22, set up by `samoyed doctor --fix tfjs-node`.
 */
export function tfjsNode(): Backend {
  return tfjsBackend(NODE, filesInNode);
}

/** Backend of TensorFlow.js on WebGL, which runs only in browsers: never available here. */
export function tfjsWebgl(): Backend {
  return elsewhere("tfjs-webgl", IN_BROWSERS);
}

/** Backend of TensorFlow.js on WebGPU, which runs only in browsers: never available here. */
export function tfjsWebgpu(): Backend {
  return elsewhere("tfjs-webgpu", IN_BROWSERS);
}

/**
 * Loads a converted classifier on tfjs-node, or on WebAssembly or in plain JavaScript if that cannot run.
 *
 * @throws the errors of `loadClassifier` of `@samoyed/runtime`.
 */
export async function loadClassifier(artifact: Artifact, options: ClassifierOptions = {}): Promise<Classifier> {
  return loadOn(artifact, { ...options, backends: [tfjsNode(), tfjsWasm(), tfjsCpu()] });
}
