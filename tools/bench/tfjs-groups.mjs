// Grouped convolutions on TensorFlow.js: every way to merge neighbouring groups, timed by layer, and the cost model's
// constants fitted to it (packages/format-tfjs/src/group-cost.ts).
//   node tools/bench/tfjs-groups.mjs [--backend wasm|cpu] [--runs N] [--out FILE.json]
// Times are of the processor, which one thread works on: other work on the machine then counts little.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { COST, groupCost } from "@samoyed/format-tfjs";
import { median } from "./measure.mjs";

const { values } = parseArgs({
  options: {
    backend: { type: "string", default: "wasm" },
    runs: { type: "string", default: "5" },
    only: { type: "string" },
    out: { type: "string" },
  },
});

/** 3 × 3 convolutions of 32 groups in the ResNeXts of the registry: image size, channels. */
const LAYERS = [
  ["32x4d", 56, 128],
  ["32x4d", 28, 256],
  ["32x4d", 14, 512],
  ["32x4d", 7, 1024],
  ["32x8d", 56, 256],
  ["32x8d", 28, 512],
  ["32x8d", 14, 1024],
  ["32x8d", 7, 2048],
  ["32x16d", 56, 512],
  ["32x16d", 28, 1024],
  ["32x16d", 14, 2048],
  ["32x16d", 7, 4096],
].filter(([name]) => values.only === undefined || name === values.only);
const GROUPS = 32;
const TAPS = 9;
/** Merging more than this many input channels computes mostly zeros. */
const MAX_CHANNELS = 256;

const require = createRequire(import.meta.url);
const tf = await import("@tensorflow/tfjs-core");
if (values.backend === "wasm") {
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  // One thread, as Node gives it; the folder lets it choose the build with SIMD.
  wasm.setWasmPaths(`${join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "wasm-out")}/`);
} else {
  await import("@tensorflow/tfjs-backend-cpu");
}
await tf.setBackend(values.backend);
await tf.ready();

function timeMerge(size, channels, merge) {
  const parts = GROUPS / merge;
  const width = channels / parts;
  const input = tf.randomNormal([1, size + 2, size + 2, channels]);
  const filters = Array.from({ length: parts }, () => tf.randomNormal([3, 3, width, width]));
  const run = () => {
    const start = process.cpuUsage();
    tf.tidy(() => {
      if (parts === 1) return tf.conv2d(input, filters[0], 1, "valid").dataSync();
      const pieces = tf.split(input, parts, 3);
      const results = pieces.map((piece, part) => tf.conv2d(piece, filters[part], 1, "valid"));
      return tf.concat(results, 3).dataSync();
    });
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  // Twice uncounted: the first packs the filters, and both warm the compiler.
  run();
  run();
  const times = Array.from({ length: Number(values.runs) }, run);
  tf.dispose([input, ...filters]);
  // The least time is the one with least of other people's work in it; the median shows how much there was.
  return { milliseconds: Math.min(...times), median: median(times) };
}

const shapeOf = (size, channels) => ({
  inputPixels: size * size,
  outputPixels: size * size,
  groups: GROUPS,
  inputs: channels / GROUPS,
  outputs: channels / GROUPS,
  taps: TAPS,
});

const rows = [];
for (const [network, size, channels] of LAYERS) {
  for (const merge of [1, 2, 4, 8, 16, 32]) {
    if ((channels / GROUPS) * merge > MAX_CHANNELS) continue;
    const time = timeMerge(size, channels, merge);
    rows.push({ network, size, channels, merge, ...time });
    console.error(`${network} ${size}² × ${channels} merge ${merge}: ${time.milliseconds.toFixed(2)} ms`);
  }
}

/**
 * Least squares on relative errors: a tenth of a small layer counts as much as a tenth of a large one. Nothing costs less
 * than nothing: what would is left out, and the rest fitted again.
 */
function fit(keys = Object.keys(COST)) {
  const none = Object.fromEntries(Object.keys(COST).map((key) => [key, 0]));
  const features = rows.map(({ size, channels, merge, milliseconds }) =>
    keys.map((key) => groupCost(shapeOf(size, channels), merge, { ...none, [key]: 1 }) / (milliseconds * 1e6)),
  );
  const solution = solve(
    keys.map((_, i) => keys.map((__, j) => features.reduce((sum, row) => sum + row[i] * row[j], 0))),
    keys.map((_, i) => features.reduce((sum, row) => sum + row[i], 0)),
  );
  const least = solution.indexOf(Math.min(...solution));
  if (solution[least] < 0) return fit(keys.filter((_, index) => index !== least));
  return { ...none, ...Object.fromEntries(keys.map((key, index) => [key, solution[index]])) };
}

/** Gauss's elimination. */
function solve(matrix, right) {
  const rows = matrix.map((row, index) => [...row, right[index]]);
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const factor = rows[j][i] / rows[i][i];
      for (let k = i; k <= n; k++) rows[j][k] -= factor * rows[i][k];
    }
  }
  return rows.map((row, index) => row[n] / row[index]);
}

const fitted = fit();
const report = {
  benchmark: "tfjs-groups",
  backend: values.backend,
  tfjs: tf.version_core,
  runs: Number(values.runs),
  node: process.versions.node,
  cpu: cpus()[0]?.model,
  fitted,
  rows,
};
if (values.out) writeFileSync(values.out, `${JSON.stringify(report, undefined, 2)}\n`);

const merges = [1, 2, 4, 8, 16, 32];
console.log(
  `${values.backend}, TensorFlow.js ${report.tfjs}, ${report.cpu}, least of ${report.runs} runs, milliseconds`,
);
console.log(`| layer | ${merges.map((merge) => `merge ${merge}`).join(" | ")} | model's choice |`);
console.log(`| --- | ${merges.map(() => "---:").join(" | ")} | --- |`);
for (const [, size, channels] of LAYERS) {
  const own = rows.filter((row) => row.size === size && row.channels === channels);
  const best = Math.min(...own.map((row) => row.milliseconds));
  const cells = merges.map((merge) => {
    const time = own.find((row) => row.merge === merge)?.milliseconds;
    if (time === undefined) return "–";
    return time === best ? `**${time.toFixed(1)}**` : time.toFixed(1);
  });
  const shape = shapeOf(size, channels);
  const cost = (row) => groupCost(shape, row.merge);
  const choice = own.reduce((a, b) => (cost(b) < cost(a) ? b : a));
  console.log(
    `| ${size}² × ${channels} | ${cells.join(" | ")} | ${choice.merge}, ${(choice.milliseconds / best).toFixed(2)} of the best |`,
  );
}
console.log(`fitted: ${JSON.stringify(fitted)}`);
