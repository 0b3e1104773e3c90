import { createRequire } from "node:module";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { timeMerge } from "./time-groups.mjs";

/** CPU time of the single thread: other work on the machine affects it little. */
function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Opens TensorFlow.js's wasm or cpu engine in this process: `time(layer, runs)`, its adapter, and `close()`. */
export async function openInNode(engine) {
  if (engine === "wasm") {
    const wasm = await import("@tensorflow/tfjs-backend-wasm");
    const { resolve } = createRequire(import.meta.url);
    // One thread, as in Node; the folder lets it choose the build with SIMD.
    wasm.setWasmPaths(`${join(dirname(resolve("@tensorflow/tfjs-backend-wasm/package.json")), "wasm-out")}/`);
  } else {
    await import("@tensorflow/tfjs-backend-cpu");
  }
  await tf.setBackend(engine);
  await tf.ready();
  return {
    version: tf.version_core,
    adapter: cpus()[0]?.model,
    time: (layer, runs) => timeMerge(tf, layer, { clock: processorTime, runs }),
    close: async () => undefined,
  };
}
