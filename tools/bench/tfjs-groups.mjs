// Grouped convolutions on TensorFlow.js: every way to merge neighbouring groups, timed by layer, and the cost model's
// constants fitted to it (packages/format-tfjs/src/group-cost.ts).
//   node tools/bench/tfjs-groups.mjs [--backend wasm|cpu] [--runs N] [--only 32x4d] [--out FILE.json] [--from FILE.json]
// Times are of the processor, which one thread works on: other work on the machine then counts little.
import { readFileSync, writeFileSync } from "node:fs";
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
    from: { type: "string" },
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
    // Nothing is returned: tidy would look for tensors among all the numbers.
    tf.tidy(() => {
      const pieces = parts === 1 ? [input] : tf.split(input, parts, 3);
      const results = pieces.map((piece, part) => tf.conv2d(piece, filters[part], 1, "valid"));
      (parts === 1 ? results[0] : tf.concat(results, 3)).dataSync();
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

/** `--from` takes an earlier run's times. */
const rows = values.from === undefined ? [] : JSON.parse(readFileSync(values.from, "utf8")).rows;
for (const [network, size, channels] of values.from === undefined ? LAYERS : []) {
  for (const merge of [1, 2, 4, 8, 16, 32]) {
    if ((channels / GROUPS) * merge > MAX_CHANNELS) continue;
    const time = timeMerge(size, channels, merge);
    rows.push({ network, size, channels, merge, ...time });
    console.error(`${network} ${size}² × ${channels} merge ${merge}: ${time.milliseconds.toFixed(2)} ms`);
  }
}

const layers = LAYERS.map(([, size, channels]) => ({
  size,
  channels,
  shape: shapeOf(size, channels),
  own: rows.filter((row) => row.size === size && row.channels === channels),
}));

/** What the model chooses for a layer, and how much longer that takes than the best choice. */
function choose({ shape, own }, cost) {
  const least = Math.min(...own.map((row) => row.milliseconds));
  const chosen = own.reduce((a, b) => (groupCost(shape, b.merge, cost) < groupCost(shape, a.merge, cost) ? b : a));
  return { chosen, regret: chosen.milliseconds / least };
}

/** From one number to another in steps of a quarter. */
function steps(from, to) {
  return Array.from({ length: Math.ceil(Math.log(to / from) / Math.log(1.25)) + 1 }, (_, i) => from * 1.25 ** i);
}

/**
 * The constants with which the model's choices take least time: they are all that it is for, and times of single layers
 * are not sums of so few terms (collecting the garbage of row-wise copies comes in steps). Ratios are searched for in
 * steps of a quarter; the scale then makes half of all times longer than predicted.
 */
function fit() {
  let best = { regret: Infinity };
  for (const call of steps(1e5, 1e7)) {
    for (const pixel of steps(100, 30_000)) {
      const cost = { call, pixel, product: 1 };
      const regret = layers.reduce((sum, layer) => sum + Math.log(choose(layer, cost).regret), 0);
      if (regret < best.regret) best = { regret, cost };
    }
  }
  const scale = median(
    rows.map((row) => (row.milliseconds * 1e6) / groupCost(shapeOf(row.size, row.channels), row.merge, best.cost)),
  );
  return Object.fromEntries(
    Object.entries(best.cost).map(([key, value]) => [key, Number((value * scale).toPrecision(2))]),
  );
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
for (const layer of layers) {
  const { size, channels, own } = layer;
  const best = Math.min(...own.map((row) => row.milliseconds));
  const cells = merges.map((merge) => {
    const time = own.find((row) => row.merge === merge)?.milliseconds;
    if (time === undefined) return "–";
    return time === best ? `**${time.toFixed(1)}**` : time.toFixed(1);
  });
  const { chosen, regret } = choose(layer, COST);
  console.log(`| ${size}² × ${channels} | ${cells.join(" | ")} | ${chosen.merge}, ${regret.toFixed(2)} of the best |`);
}
console.log(`the model has ${JSON.stringify(COST)}; fitted to this run: ${JSON.stringify(fitted)}`);
