import type { EngineSource, Tf } from "./engine.ts";

/** Options of the WebAssembly engine. */
export interface TfjsWasmOptions {
  /** The folder that holds the package's three `.wasm` files, for bundlers that do not find them by themselves. */
  readonly wasmUrl?: string | URL;
}

/** TensorFlow.js's engine in plain JavaScript. */
export const CPU: EngineSource = {
  name: "tfjs-cpu",
  engine: "cpu",
  package: "@tensorflow/tfjs-backend-cpu",
  fix: "npm install @tensorflow/tfjs-backend-cpu",
  async importEngine({ core }) {
    const { version_cpu: version } = await import("@tensorflow/tfjs-backend-cpu");
    quietFirstUse({ core });
    return version;
  },
};

let greeted = false;

/** In Node, the engine's first tensor makes it print an advertisement for tfjs-node, save in its production mode. */
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

/** TensorFlow.js's engine in WebAssembly. */
export function wasmEngine(wasmUrl: () => string | undefined): EngineSource {
  return {
    name: "tfjs-wasm",
    engine: "wasm",
    package: "@tensorflow/tfjs-backend-wasm",
    fix: "Serve the .wasm files of @tensorflow/tfjs-backend-wasm and give their folder: tfjsWasm({ wasmUrl }).",
    async importEngine({ core }) {
      const wasm = await import("@tensorflow/tfjs-backend-wasm");
      const folder = wasmUrl();
      const started = core.engine().registry["wasm"] !== undefined;
      if (folder !== undefined && !started) wasm.setWasmPaths(folder.endsWith("/") ? folder : `${folder}/`);
      return wasm.version_wasm;
    },
  };
}

/** TensorFlow.js's engine on WebGL. */
export const WEBGL: EngineSource = {
  name: "tfjs-webgl",
  engine: "webgl",
  package: "@tensorflow/tfjs-backend-webgl",
  fix: "Use a browser with WebGL, on a machine whose graphics it can reach.",
  async importEngine() {
    const { version_webgl: version } = await import("@tensorflow/tfjs-backend-webgl");
    return version;
  },
};

/** TensorFlow.js's engine on WebGPU. */
export const WEBGPU: EngineSource = {
  name: "tfjs-webgpu",
  engine: "webgpu",
  package: "@tensorflow/tfjs-backend-webgpu",
  fix: "Use a browser with WebGPU, on a machine whose graphics it can reach.",
  async importEngine({ core }) {
    await import("@tensorflow/tfjs-backend-webgpu");
    return core.version_core;
  },
};
