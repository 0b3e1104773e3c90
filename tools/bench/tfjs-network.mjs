// A whole ResNeXt on TensorFlow.js's wasm backend, one thread: every group by itself against groups merged by the cost
// model within the default budget, in turn, on the same stand-in weights; the answers must be the same.
//   node tools/bench/tfjs-network.mjs [--model NAME] [--runs N] [--out FILE.json]
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { memorySink } from "@samoyed/core";
import { DEFAULT_GROUP_BUDGET, writeTfjs } from "@samoyed/format-tfjs";
import { dropIdentities, foldBatchNorm, rewriteGraph } from "@samoyed/graph";
import { buildModel, findModel } from "@samoyed/models";
import { standInTensors } from "samoyed";
import { median } from "./measure.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "ssl_resnext50_32x4d" },
    runs: { type: "string", default: "9" },
    out: { type: "string" },
  },
});
const require = createRequire(import.meta.url);
const tf = await import("@tensorflow/tfjs-core");
const wasm = await import("@tensorflow/tfjs-backend-wasm");
const { loadGraphModel } = await import("@tensorflow/tfjs-converter");
wasm.setWasmPaths(`${join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "wasm-out")}/`);
await tf.setBackend("wasm");
await tf.ready();

const { architecture, numClasses, preprocess } = findModel(values.model);
const tensors = new Map();
for (const tensor of standInTensors({ model: values.model, seed: "bench", head: new Float32Array(numClasses) })) {
  tensors.set(tensor.name, tensor);
}
const built = buildModel({ architecture, numClasses, tensors, inputSize: preprocess.inputSize });
const { graph } = rewriteGraph(built, [dropIdentities, foldBatchNorm]);

async function load(groupBudget) {
  const sinks = new Map();
  await writeTfjs(graph, {
    groupBudget,
    async createSink(file) {
      const sink = memorySink();
      sinks.set(file, sink);
      return sink;
    },
  });
  for (const sink of sinks.values()) await sink.commit();
  const json = JSON.parse(new TextDecoder().decode(sinks.get("model.json").bytes()));
  const [{ paths, weights }] = json.weightsManifest;
  const data = Buffer.concat(paths.map((path) => sinks.get(path).bytes()));
  const weightData = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  const model = await loadGraphModel({ load: async () => ({ ...json, weightSpecs: weights, weightData }) });
  const calls = json.modelTopology.node.filter(({ op }) => op.includes("Conv2D")).length;
  return { model, calls, bytes: data.byteLength, times: [], answer: undefined };
}

const sides = { split: await load(0), merged: await load(DEFAULT_GROUP_BUDGET) };
const input = tf.randomNormal([1, ...preprocess.inputSize]);
// Two uncounted rounds: filters are packed at the first, and the compiler warms up.
for (let round = -2; round < Number(values.runs); round++) {
  for (const side of Object.values(sides)) {
    const start = process.cpuUsage();
    const output = side.model.execute({ input }, ["logits"]);
    side.answer = output.dataSync().slice();
    const { user, system } = process.cpuUsage(start);
    output.dispose();
    if (round >= 0) side.times.push((user + system) / 1000);
  }
}
const difference = Math.max(...sides.split.answer.map((value, index) => Math.abs(value - sides.merged.answer[index])));
const row = ({ calls, bytes, times }) => ({ calls, bytes, least: Math.min(...times), median: median(times) });
const report = {
  benchmark: "tfjs-network",
  model: values.model,
  node: process.versions.node,
  cpu: cpus()[0]?.model,
  split: row(sides.split),
  merged: row(sides.merged),
  ratio: Math.min(...sides.split.times) / Math.min(...sides.merged.times),
  difference,
};
if (values.out) writeFileSync(values.out, `${JSON.stringify(report, undefined, 2)}\n`);
console.log(`${values.model}, wasm, one thread, ${report.cpu}, processor time of the least of ${values.runs} runs`);
for (const name of ["split", "merged"]) {
  const { calls, bytes, least, median: middle } = report[name];
  console.log(
    `${name.padEnd(6)} ${least.toFixed(0)} ms (median ${middle.toFixed(0)}), ${calls} convolutions, ${(bytes / 1e6).toFixed(1)} MB`,
  );
}
console.log(`merged is ${report.ratio.toFixed(2)} times faster; largest difference ${difference}`);
if (!(difference <= 1e-3)) process.exitCode = 1;
