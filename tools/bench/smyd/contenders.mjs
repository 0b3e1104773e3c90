// Engines that are measured, by platform.
import { join } from "node:path";
import { openBrowserSide } from "./browser-side.mjs";
import { openNodeSide } from "./node-side.mjs";

const THREADS = [1, 2];
const RELAXED = "--experimental-wasm-relaxed-simd";

/** The others of each list are compared with the first. TensorFlow.js has one thread in Node. */
const ENGINES = {
  node: [
    { name: "smyd", engine: "smyd", format: "smyd", options: { simd: "plain" } },
    { name: "smyd, relaxed SIMD", engine: "smyd", format: "smyd", options: { simd: "relaxed" }, execArgv: [RELAXED] },
    { name: "onnxruntime-web", engine: "onnxruntime-web", format: "onnx" },
    { name: "onnxruntime-node", engine: "onnxruntime-node", format: "onnx" },
    { name: "tfjs-wasm", engine: "tfjs-wasm", format: "tfjs", threads: [1] },
  ],
  chromium: [
    { name: "smyd", engine: "smyd", format: "smyd", options: { simd: "plain" } },
    { name: "smyd, relaxed SIMD", engine: "smyd", format: "smyd", options: { simd: "relaxed" } },
    { name: "onnxruntime-web", engine: "onnxruntime-web", format: "onnx" },
    { name: "tfjs-wasm", engine: "tfjs-wasm", format: "tfjs" },
  ],
};

/** The engines of a platform on a network, with each number of threads. */
export function contendersOf(platform, { folder, paths }) {
  return ENGINES[platform].flatMap(({ name, engine, format, options, execArgv, threads: some = THREADS }) =>
    some.map((threads) => ({
      name,
      ...side(platform, { engine, execArgv, threads, options, folder, path: paths[format] }),
    })),
  );
}

/** Loading a `.smyd` file, and only reading it. */
export function loadersOf(platform, { folder, paths }) {
  return ["read", "smyd"].map((engine) => ({
    name: engine,
    ...side(platform, { engine, threads: 1, folder, path: paths.smyd }),
  }));
}

function side(platform, { engine, execArgv, threads, options, folder, path }) {
  return platform === "node"
    ? { open: () => openNodeSide({ engine, execArgv }), model: { artifact: join(folder, path), threads, options } }
    : { open: () => openBrowserSide({ engine, models: folder, threads }), model: { artifact: path, threads, options } };
}
