import type * as TfjsWasm from "@tensorflow/tfjs-backend-wasm";
import { UsageError } from "@samoyed/core";
import { requireWebAssembly } from "@samoyed/runtime";
import { blobWorkersStart } from "./blob-workers.ts";
import type { EngineSource, Tf } from "./engine-source.ts";
import { importError } from "./import-error.ts";
import { stepwiseExecutor } from "./stepwise-executor.ts";
import { withWasmOperators } from "./wasm-operators.ts";

/** Options of the WebAssembly engine. */
export interface TfjsWasmOptions {
  /** Folder of the package's three `.wasm` files, for bundlers that do not find them on their own. */
  readonly wasmUrl?: string | URL;
}

// Each engine is an optional package. Its import is in a try block of its own function, which tells webpack and esbuild to
// build without it.

/** TensorFlow.js's engine in plain JavaScript. */
export const CPU: EngineSource = {
  name: "tfjs-cpu",
  engine: "cpu",
  uncertain: false,
  package: "@tensorflow/tfjs-backend-cpu",
  fix: "npm install @tensorflow/tfjs-backend-cpu",
  async importEngine({ core }) {
    try {
      const { version_cpu: version } = await import("@tensorflow/tfjs-backend-cpu");
      quietFirstUse({ core });
      return version;
    } catch (cause) {
      throw importError(CPU, cause);
    }
  },
};

let greeted = false;

/** In Node, the engine's first tensor makes it print an advertisement for tfjs-node, except in production mode. */
function quietFirstUse({ core }: Pick<Tf, "core">): void {
  if (greeted) return;
  greeted = true;
  const production = core.env().getBool("PROD");
  core.env().set("PROD", true);
  const backend = core.findBackend("cpu");
  const written = { dataId: backend.write(new Float32Array(1), [1], "float32") };
  backend.disposeData(written.dataId, true);
  core.env().set("PROD", production);
}

/** The engine's threads are set once for the whole program, before it starts; it may use fewer. */
let threadsAsked: number | undefined;

const WASM = {
  name: "tfjs-wasm",
  engine: "wasm",
  uncertain: false,
  package: "@tensorflow/tfjs-backend-wasm",
  fix: "Serve the three .wasm files of @tensorflow/tfjs-backend-wasm and give their folder: loadClassifier(url, { wasmUrl }), or tfjsWasm({ wasmUrl }).",
} as const;

async function importWasm(): Promise<typeof TfjsWasm> {
  try {
    return await import("@tensorflow/tfjs-backend-wasm");
  } catch (cause) {
    throw importError(WASM, cause);
  }
}

/** Takes one thread where a page forbids the engine's workers: it would wait for them without end. */
async function avoidBlockedWorkers(core: Tf["core"]): Promise<void> {
  const threaded = await core.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT");
  if (threaded && !(await blobWorkersStart())) core.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
}

/** TensorFlow.js's engine in WebAssembly. */
export function wasmEngine(wasmUrl: () => string | undefined): EngineSource {
  return {
    ...WASM,
    async importEngine({ core }, threads) {
      requireWebAssembly();
      const wasm = await importWasm();
      await avoidBlockedWorkers(core);
      const folder = wasmUrl();
      const started = core.engine().registry["wasm"] !== undefined;
      if (folder !== undefined && !started) wasm.setWasmPaths(folder.endsWith("/") ? folder : `${folder}/`);
      // Without thread support there is one thread, so at most one may be used.
      if (threads !== undefined && (await core.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT"))) {
        if (!started) {
          wasm.setThreadsCount(threads);
          threadsAsked = threads;
        } else if (threads !== threadsAsked) {
          const running = threadsAsked === undefined ? "its own number of" : String(threadsAsked);
          throw new UsageError(`tfjs-wasm runs with ${running} threads already; got threads ${threads}`, {
            hint: "Give every load the same number, or load the other model in a worker.",
          });
        }
      }
      return wasm.version_wasm;
    },
    makeExecutor: async (tf, model, loaded) =>
      stepwiseExecutor(tf, model, { ...loaded, nodes: withWasmOperators(tf, loaded.nodes) }),
  };
}

/** TensorFlow.js's engine on WebGL. */
export const WEBGL: EngineSource = {
  name: "tfjs-webgl",
  engine: "webgl",
  uncertain: true,
  package: "@tensorflow/tfjs-backend-webgl",
  fix: "Use a browser with WebGL, on a machine whose graphics hardware it can access.",
  async importEngine() {
    try {
      const { version_webgl: version } = await import("@tensorflow/tfjs-backend-webgl");
      return version;
    } catch (cause) {
      throw importError(WEBGL, cause);
    }
  },
};

/** TensorFlow.js's engine on WebGPU. */
export const WEBGPU: EngineSource = {
  name: "tfjs-webgpu",
  engine: "webgpu",
  uncertain: true,
  package: "@tensorflow/tfjs-backend-webgpu",
  fix: "Use a browser with WebGPU, on a machine whose graphics hardware it can access.",
  async importEngine({ core }) {
    try {
      await import("@tensorflow/tfjs-backend-webgpu");
      return core.version_core;
    } catch (cause) {
      throw importError(WEBGPU, cause);
    }
  },
};
