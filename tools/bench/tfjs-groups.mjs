// Grouped convolutions on TensorFlow.js: every way to merge neighboring groups, timed by layer, and the cost model's
// constants fitted to it (packages/format-tfjs/src/group-cost.ts).
//   node tools/bench/tfjs-groups.mjs [--backend wasm|cpu|webgl] [--runs N] [--only 32x4d] [--out FILE.json] [--from FILE.json]
// webgl runs in headless Chromium. The last lines are a Markdown table.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { COST, groupCost } from "@samoyed/format-tfjs";
import { median } from "./measure.mjs";
import { table } from "./table.mjs";
import { openInNode } from "./tfjs/groups-node.mjs";
import { openWebgl } from "./tfjs/groups-webgl.mjs";

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
const MERGES = [1, 2, 4, 8, 16, 32];
/** Merging more than this many input channels computes mostly zeros. */
const MAX_CHANNELS = 256;

const shapeOf = (size, channels) => ({
  inputPixels: size * size,
  outputPixels: size * size,
  groups: GROUPS,
  inputs: channels / GROUPS,
  outputs: channels / GROUPS,
  taps: TAPS,
});

/** Times every layer in every way. */
async function measure() {
  const side = values.backend === "webgl" ? await openWebgl() : await openInNode(values.backend);
  const { version, adapter } = side;
  const rows = [];
  try {
    for (const [network, size, channels] of LAYERS) {
      for (const merge of MERGES) {
        if ((channels / GROUPS) * merge > MAX_CHANNELS) continue;
        const times = await side.time({ size, channels, groups: GROUPS, merge }, Number(values.runs));
        // The least time has the least interference from other processes; the median shows how much there was.
        rows.push({ network, size, channels, merge, milliseconds: Math.min(...times), median: median(times) });
        console.error(`${network} ${size}² × ${channels} merge ${merge}: ${rows.at(-1).milliseconds.toFixed(2)} ms`);
      }
    }
  } finally {
    await side.close();
  }
  return { version, adapter, rows };
}

/** `--from` takes an earlier run's times. */
const measured = values.from === undefined ? await measure() : JSON.parse(readFileSync(values.from, "utf8"));
const { rows } = measured;

const layers = LAYERS.map(([, size, channels]) => ({
  size,
  channels,
  shape: shapeOf(size, channels),
  own: rows.filter((row) => row.size === size && row.channels === channels),
}));

/** Returns the model's choice for a layer, and how much longer it takes than the best choice. */
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
 * Fits the constants for which the model's choices take least time: choosing is the model's only purpose, and times of
 * single layers are not sums of so few terms (collecting the garbage of row-wise copies comes in steps). Ratios are searched for in
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
const head = ["layer", ...MERGES.map((merge) => `merge ${merge}`), "the model's choice"];
const lines = layers.map((layer) => {
  const { size, channels, own } = layer;
  const best = Math.min(...own.map((row) => row.milliseconds));
  const cells = MERGES.map((merge) => {
    const time = own.find((row) => row.merge === merge)?.milliseconds;
    if (time === undefined) return "–";
    return time === best ? `**${time.toFixed(1)}**` : time.toFixed(1);
  });
  const { chosen, regret } = choose(layer, COST);
  return [`${size}² × ${channels}`, ...cells, `${chosen.merge}, ${regret.toFixed(2)} of the best`];
});
const report = {
  benchmark: "tfjs-groups",
  backend: values.backend,
  version: measured.version,
  adapter: measured.adapter,
  runs: Number(values.runs),
  node: process.versions.node,
  cpu: cpus()[0]?.model,
  fitted,
  rows,
  table: table(head, lines),
};
if (values.out) writeFileSync(values.out, `${JSON.stringify(report, undefined, 2)}\n`);
console.log(
  `${values.backend} on ${report.adapter}, TensorFlow.js ${report.version}, least of ${report.runs} runs, milliseconds`,
);
console.log(`the model has ${JSON.stringify(COST)}; fitted to this run: ${JSON.stringify(fitted)}`);
console.log(report.table);
