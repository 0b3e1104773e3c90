// Sessions of TensorFlow.js in a page, driven from Node.
import { tfjsCpu, tfjsWasm, tfjsWebgl, tfjsWebgpu } from "@samoyed/runtime-tfjs";
import * as tf from "@tensorflow/tfjs-core";
import { pageSessions } from "./page-sessions.ts";

const BACKENDS = [tfjsCpu(), tfjsWasm({ wasmUrl: "/wasm/" }), tfjsWebgl(), tfjsWebgpu()];

window.sessions = pageSessions(
  new Map(BACKENDS.map((backend) => [backend.name, { backend, threads: 2 }])),
  () => tf.engine().state.numTensors,
);
