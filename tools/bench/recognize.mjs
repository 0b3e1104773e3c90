// Measures recognition: of state dicts without elements, by names and shapes, in processor time and memory.
//   node tools/bench/recognize.mjs [NAME…]       after a build; some networks of different kinds by default
// The first recognition in a process is what a user pays: it reads the index and the tables.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { identifyModel, loadArchitecture, modelParameters } from "../../packages/models/dist/index.js";

const LIMIT_MS = 50;
const LIMIT_MB = 20;
const PROCESSES = 7;
const REPEATS = 20;
const DEFAULT = [
  "resnet50",
  "vit_tiny_patch16_224",
  "swin_tiny_patch4_window7_224",
  "convnext_tiny",
  "test_efficientnet",
];

async function timed(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function memory() {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/** In a process of its own: what the first recognition takes, and what stays in memory after it. */
async function first(file) {
  const state = new Map(JSON.parse(readFileSync(file)));
  const empty = memory();
  const ms = await timed(() => identifyModel(state));
  return { ms, mb: memory() - empty };
}

const [only, file] = process.argv.slice(2);
if (only === "--first") {
  console.log(JSON.stringify(await first(file)));
  process.exit();
}

const folder = mkdtempSync(join(tmpdir(), "samoyed-recognize-"));
let missed = false;
for (const name of process.argv.length > 2 ? process.argv.slice(2) : DEFAULT) {
  const parameters = modelParameters(await loadArchitecture(name), { numClasses: 17 });
  const state = new Map([...parameters].map(([key, { dtype, shape }]) => [key, { dtype, shape }]));
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify([...state]));
  const runs = Array.from({ length: PROCESSES }, () =>
    JSON.parse(execFileSync(process.execPath, ["--expose-gc", fileURLToPath(import.meta.url), "--first", path])),
  );
  const [ms, mb] = [middle(runs.map((run) => run.ms)), Math.max(...runs.map((run) => run.mb))];
  const times = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) times.push(await timed(() => identifyModel(state)));
  console.log(`${name}: the first ${ms.toFixed(1)} ms and ${mb.toFixed(1)} MB, then ${middle(times).toFixed(1)} ms`);
  missed ||= ms > LIMIT_MS || mb > LIMIT_MB;
}
rmSync(folder, { recursive: true });
console.log(`${missed ? "missed" : "reached"}: at most ${LIMIT_MS} ms and ${LIMIT_MB} MB`);
process.exitCode = missed ? 1 : 0;
