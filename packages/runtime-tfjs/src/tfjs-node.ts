import type { EngineSource } from "./engine-source.ts";
import { importError } from "./import-error.ts";
import { nativeExecutor } from "./native/native-executor.ts";

/** Downloads or builds the native binding of an installed package. */
const SET_UP = "samoyed doctor --fix tfjs-node";

/** TensorFlow's native library through tfjs-node. */
export const NODE: EngineSource = {
  name: "tfjs-node",
  engine: "tensorflow",
  uncertain: false,
  package: "@tensorflow/tfjs-node",
  fix: SET_UP,
  setUp: SET_UP,
  async importEngine() {
    // TensorFlow logs the processor and its own build when it is loaded, unless told not to.
    process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
    try {
      const { version } = await import("@tensorflow/tfjs-node");
      return version["tfjs-node"];
    } catch (cause) {
      throw importError(NODE, cause);
    }
  },
  upload({ core }, tensor) {
    // Any kernel makes the backend pass its inputs to TensorFlow and release the arrays (tfjs-node 4.22.0,
    // `nodejs_kernel_backend.ts`, `getInputTensorIds`); TensorFlow's Reshape copies nothing.
    core.reshape(tensor, tensor.shape).dispose();
  },
  makeExecutor: nativeExecutor,
};
