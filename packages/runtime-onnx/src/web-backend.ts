import { UsageError } from "@samoyed/core";
import { type Artifact, type Backend, checkThreads, requireWebAssembly } from "@samoyed/runtime";
import { engineAvailability, importEngine, type Model } from "./engine.ts";
import type { OpenModelOptions } from "./open-model.ts";
import { openOrtSession } from "./ort-session.ts";

/** Options of `onnxruntimeWeb`. */
export interface OnnxruntimeWebOptions {
  /** URL of `ort-wasm-simd-threaded.wasm`, for bundlers that do not find it on their own. Set before the first load. */
  readonly wasmUrl?: string | URL | undefined;
}

/** Differences between Node and browsers. */
export interface WebPlatform {
  readonly importEngine: () => Promise<unknown>;
  readonly openModel: (artifact: Artifact, options: OpenModelOptions) => Promise<Model>;
}

/** Longest time that the engine may take to start: download and compile its WebAssembly, start its workers. */
const START_LIMIT_MS = 60_000;

/** onnxruntime-web sets up its threads once for the whole program, at the first load. */
let threadsInUse: number | undefined;

/** Backend of onnxruntime-web's wasm engine on a platform. */
export function webBackend(platform: WebPlatform, options: OnnxruntimeWebOptions): Backend {
  return {
    name: "onnxruntime-web",
    format: "onnx",
    async availability() {
      return engineAvailability("onnxruntime-web", async () => {
        requireWebAssembly();
        return platform.importEngine();
      });
    },
    async load(artifact, { threads, signal } = {}) {
      checkThreads(threads);
      requireWebAssembly();
      const ort = await importEngine("onnxruntime-web", platform.importEngine);
      const model = await platform.openModel(artifact, { signal });
      if (threads !== undefined && threadsInUse !== undefined && threads !== threadsInUse) {
        throw new UsageError(`onnxruntime-web runs with ${threadsInUse} threads already; got threads ${threads}`, {
          hint: "Give every load the same number, or load the other model in a worker.",
        });
      }
      if (threads !== undefined) ort.env.wasm.numThreads = threadsInUse = threads;
      // Its own default waits forever, for a worker that a page's policy blocks too.
      ort.env.wasm.initTimeout ||= START_LIMIT_MS;
      if (options.wasmUrl !== undefined) ort.env.wasm.wasmPaths = { wasm: options.wasmUrl };
      try {
        return await openOrtSession({
          backend: "onnxruntime-web",
          ort,
          model,
          options: { executionProviders: ["wasm"], logSeverityLevel: 4 },
        });
      } finally {
        // When it starts, the engine fills in its own choice if none was requested; a model that fails to load starts it too.
        threadsInUse ??= ort.env.wasm.numThreads;
      }
    },
  };
}
