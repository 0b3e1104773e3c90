// Whole networks with grouped convolutions on TensorFlow.js: what Samoyed writes and runs, compared with the naive way:
// one convolution for each of the 32 groups, on plain TensorFlow.js.
//   node tools/bench/tfjs.mjs [--model NAME] [--runs N] [--out FILE.json]
// Sides run in turn, one image per run. CPU time is reported next to wall time: other work on the machine affects it
// less; tfjs-node uses all cores.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { tfjsNode, tfjsWasm } from "@samoyed/runtime-tfjs";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { median } from "./measure.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "resnext50_32x4d.fb_ssl_yfcc100m_ft_in1k" },
    runs: { type: "string", default: "7" },
    out: { type: "string" },
  },
});
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "samoyed-bench-"));
const input = {
  dtype: "float32",
  shape: [1, 3, 224, 224],
  data: Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(i)),
};

/** Writes the stand-in as a TensorFlow.js model, and returns the path of model.json. */
function convert(checkpoint, name, ...args) {
  const out = join(folder, name);
  const cli = here("../../packages/cli/bin/samoyed.js");
  const argv = ["convert", checkpoint, "--model", values.model, "--to", "tfjs", "--out", out, ...args, "--json"];
  const report = JSON.parse(execFileSync(process.execPath, [cli, ...argv], { encoding: "utf8" }));
  const file = (report.files ?? report.report.files).find((entry) => entry.file.endsWith("model.json")).file;
  return join(out, file);
}

/** Times several ways to compute the same thing, in turn; the first round only warms up. */
async function race(sides) {
  const times = sides.map(() => ({ wall: [], cpu: [] }));
  const results = [];
  for (let round = 0; round <= Number(values.runs); round++) {
    for (const [at, { run }] of sides.entries()) {
      const cpu = process.cpuUsage();
      const start = performance.now();
      results[at] = await run();
      const wall = performance.now() - start;
      const { user, system } = process.cpuUsage(cpu);
      if (round === 0) continue;
      times[at].wall.push(wall);
      times[at].cpu.push((user + system) / 1000);
    }
  }
  const rows = sides.map(({ name }, at) => ({ name, wallMs: median(times[at].wall), cpuMs: median(times[at].cpu) }));
  const difference = Math.max(...results[0].map((x, i) => Math.abs(x - results[1][i])));
  const [ours, naive] = rows;
  return { rows, wallRatio: naive.wallMs / ours.wallMs, cpuRatio: naive.cpuMs / ours.cpuMs, difference };
}

/** Opens the naive model on plain TensorFlow.js, on the current engine. */
async function plainModel(path) {
  const json = JSON.parse(readFileSync(path, "utf8"));
  const [{ paths, weights }] = json.weightsManifest;
  const data = Buffer.concat(paths.map((file) => readFileSync(join(path, "..", file))));
  const weightData = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  const model = await loadGraphModel({ load: async () => ({ ...json, weightSpecs: weights, weightData }) });
  return {
    async run() {
      const x = tf.tensor(input.data, input.shape);
      const y = model.predict(x);
      const data = Array.from(await y.data());
      tf.dispose([x, y]);
      return data;
    },
    dispose: () => model.dispose(),
  };
}

const ofSession = (session) => async () => Array.from((await session.run({ input })).get("logits").data);

try {
  const checkpoint = join(folder, "stand-in.pth");
  execFileSync(process.execPath, [here("make-stand-in.mjs"), values.model, checkpoint]);
  const ours = convert(checkpoint, "ours");
  const naive = convert(checkpoint, "naive", "--tfjs-group-budget", "0");

  const results = {};
  const portable = await tfjsWasm().load(ours);
  await tf.setBackend("wasm");
  const split = await plainModel(naive);
  results["tfjs-wasm"] = await race([
    { name: "ours", run: ofSession(portable) },
    { name: "naive 32-way split", run: () => split.run() },
  ]);
  await portable.dispose();
  split.dispose();

  const availability = await tfjsNode().availability();
  if (availability.available) {
    const native = await tfjsNode().load(ours);
    await tf.setBackend("tensorflow");
    const split = await plainModel(naive);
    results["tfjs-node"] = await race([
      { name: "ours, native", run: ofSession(native) },
      { name: "naive 32-way split", run: () => split.run() },
    ]);
    await native.dispose();
    split.dispose();
  } else console.log(`tfjs-node: not run: ${availability.reason}; to fix it: ${availability.fix}`);

  for (const [backend, { rows, wallRatio, cpuRatio, difference }] of Object.entries(results)) {
    console.log(backend);
    for (const { name, wallMs, cpuMs } of rows) {
      console.log(
        `  ${name.padEnd(20)} ${wallMs.toFixed(0).padStart(6)} ms, processor ${cpuMs.toFixed(0).padStart(6)} ms`,
      );
    }
    console.log(`  ratio ${wallRatio.toFixed(2)}, processor ${cpuRatio.toFixed(2)}; largest difference ${difference}`);
  }
  if (values.out) {
    const machine = { node: process.versions.node, cpu: cpus()[0].model, cores: cpus().length };
    writeFileSync(
      values.out,
      JSON.stringify({ ...machine, model: values.model, runs: Number(values.runs), results }, undefined, 2),
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
