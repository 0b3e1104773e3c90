// The page that times grouped convolutions on WebGL.
import * as tf from "@tensorflow/tfjs-core";
import { timeMerge } from "./time-groups.mjs";
import "@tensorflow/tfjs-backend-webgl";

await tf.setBackend("webgl");
await tf.ready();
const { gl } = tf.backend().gpgpu;
const { UNMASKED_RENDERER_WEBGL } = gl.getExtension("WEBGL_debug_renderer_info");

window.groups = {
  version: tf.version_core,
  adapter: gl.getParameter(UNMASKED_RENDERER_WEBGL),
  time: (layer, runs) => timeMerge(tf, layer, { clock: () => performance.now(), runs }),
};
