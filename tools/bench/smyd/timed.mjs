// A model on an engine, timed where it runs: the same in Node and in a page.

/** The image: arbitrary numbers, the same for every engine. */
function imageFor(port) {
  const shape = [1, ...port.shape.slice(1)];
  const count = shape.reduce((product, size) => product * size);
  return { dtype: "float32", shape, data: Float32Array.from({ length: count }, (_, i) => Math.sin(i)) };
}

/** Loads and runs one model on the engine that `open` returns; times in milliseconds. */
export function timed(open) {
  let session;
  let inputs;
  return {
    async load({ artifact, threads, options }) {
      const start = performance.now();
      session = await open(options).load(artifact, { threads });
      return performance.now() - start;
    },
    async run() {
      inputs ??= { [session.inputs[0].name]: imageFor(session.inputs[0]) };
      const start = performance.now();
      const outputs = await session.run(inputs);
      const ms = performance.now() - start;
      // As text: a browser's protocol describes every element of an array, and a detector has a hundred thousand.
      return { ms, output: outputs.get(session.outputs[0].name).data.join(" ") };
    },
  };
}
