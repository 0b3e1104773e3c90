/** The packages that run models: the columns of the table. `preferred` is the backend that a page should end up on. */
export const RUNTIMES = [
  {
    name: "runtime-smyd",
    model: "shapes.smyd",
    preferred: ["smyd"],
    engines: [],
  },
  {
    name: "runtime-onnx",
    model: "shapes.onnx",
    preferred: ["onnxruntime-node", "onnxruntime-web"],
    engines: ["onnxruntime-web", "onnxruntime-node"],
    wasmUrl: "/engines/ort-wasm-simd-threaded.wasm",
    copied: "`ort-wasm-simd-threaded.wasm` of onnxruntime-web",
  },
  {
    name: "runtime-tfjs",
    model: "shapes.tfjs/model.json",
    preferred: ["tfjs-wasm"],
    // What its README installs, and the plain engine; neither webgl nor webgpu.
    engines: [
      "@tensorflow/tfjs-core",
      "@tensorflow/tfjs-converter",
      "@tensorflow/tfjs-backend-wasm",
      "@tensorflow/tfjs-backend-cpu",
    ],
    wasmUrl: "/engines/",
    copied: "the `.wasm` files of @tensorflow/tfjs-backend-wasm",
  },
];

/** What a user changes where a runtime does not work as it is. */
export function wasmUrlCure({ wasmUrl, copied }) {
  return { name: "wasmUrl", text: `${copied} served, and \`{ wasmUrl }\``, says: /wasmUrl/, options: { wasmUrl } };
}
