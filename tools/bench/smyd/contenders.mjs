// Engines that are measured, by platform.
import { join } from "node:path";
import { openBrowserSide } from "./browser-side.mjs";
import { openNodeSide } from "./node-side.mjs";

const RELAXED = "--experimental-wasm-relaxed-simd";

/** The others of each list are compared with the first. `most` is the threads that an engine can have. */
const ENGINES = {
  node: [
    { name: "smyd", engine: "smyd", format: "smyd", options: { simd: "plain" } },
    { name: "smyd, relaxed SIMD", engine: "smyd", format: "smyd", options: { simd: "relaxed" }, execArgv: [RELAXED] },
    { name: "onnxruntime-web", engine: "onnxruntime-web", format: "onnx" },
    { name: "onnxruntime-node", engine: "onnxruntime-node", format: "onnx" },
    { name: "tfjs-wasm", engine: "tfjs-wasm", format: "tfjs", most: 1 },
  ],
  chromium: [
    { name: "smyd", engine: "smyd", format: "smyd", options: { simd: "plain" } },
    { name: "smyd, relaxed SIMD", engine: "smyd", format: "smyd", options: { simd: "relaxed" } },
    { name: "onnxruntime-web", engine: "onnxruntime-web", format: "onnx" },
    { name: "LiteRT.js", engine: "litert-web", format: "tflite" },
    { name: "tfjs-wasm", engine: "tfjs-wasm", format: "tfjs" },
  ],
};

/** The engines of a platform on a network that is there in their format, with each of the numbers of threads. */
export function contendersOf(platform, { folder, paths }, { without, threads: numbers }) {
  return ENGINES[platform]
    .filter(({ name, format }) => paths[format] !== undefined && !without.includes(name))
    .flatMap(({ name, engine, format, options, execArgv, most = Infinity }) =>
      numbers
        .filter((threads) => threads <= most)
        .map((threads) => ({
          name,
          ...side(platform, { engine, execArgv, threads, options, folder, path: paths[format] }),
        })),
    );
}

/** The engines of a platform that a network is not there for, and why: one line each. */
export function absentOf(platform, { name: model, missing }) {
  return ENGINES[platform]
    .filter(({ format }) => missing[format] !== undefined)
    .map(({ name, format }) => `${name} on ${model}: ${missing[format]}`);
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
