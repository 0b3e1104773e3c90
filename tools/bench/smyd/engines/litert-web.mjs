import { loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core";

const ports = (details) => details.map(({ name, shape }) => ({ name, shape: [...shape] }));

/** LiteRT.js on the processor: the library picks its WebAssembly, with relaxed SIMD where the browser has it. */
export const open = () => ({
  async load(url, { threads }) {
    await loadLiteRt("/wasm/", { threads: threads > 1 });
    const model = await loadAndCompile(url, { accelerator: "wasm", cpuOptions: { numThreads: threads } });
    const inputs = ports(model.getInputDetails());
    const outputs = ports(model.getOutputDetails());
    return { inputs, outputs, run: (tensors) => run(model, { inputs, outputs, tensors }) };
  },
});

async function run(model, { inputs, outputs, tensors }) {
  const given = inputs.map(({ name }) => Tensor.fromTypedArray(tensors[name].data, tensors[name].shape));
  const found = await model.run(given);
  const results = new Map();
  for (const [at, tensor] of found.entries()) {
    results.set(outputs[at].name, { data: await tensor.data() });
    tensor.delete();
  }
  for (const tensor of given) tensor.delete();
  return results;
}
