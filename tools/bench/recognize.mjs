// Measures recognition: of state dicts without elements, by names and shapes, in processor time and memory.
//   node --expose-gc tools/bench/recognize.mjs [NAME…]       after a build; some networks of different kinds by default
// The index is filled up to the 1,317 names of timm 1.0.29 where it has fewer, with rows that no state dict fits.
import { inflateRawSync } from "node:zlib";
import { readArchitectureData } from "../../packages/architectures/dist/node.js";
import {
  Catalogue,
  identifyModel,
  listModels,
  loadArchitecture,
  modelParameters,
  openCatalogue,
} from "../../packages/models/dist/index.js";

const NAMES = 1317;
const LIMIT_MS = 50;
const LIMIT_MB = 20;
const REPEATS = 20;
const DEFAULT = [
  "resnet50",
  "vit_tiny_patch16_224",
  "swin_tiny_patch4_window7_224",
  "convnext_tiny",
  "test_efficientnet",
];

if (globalThis.gc === undefined) {
  console.error("recognize: run it with node --expose-gc");
  process.exit(2);
}

const read = async (file) => new Uint8Array(inflateRawSync(await readArchitectureData(file)));

/** The catalogue of a package with all of timm's names. */
function filled(catalogue) {
  const { index } = catalogue;
  const rows = [...index.architectures];
  for (let number = 0; rows.length < NAMES; number++) {
    const [, file, , ...rest] = index.architectures[number % index.architectures.length];
    rows.push([`filler_${number}`, file, number.toString(16).padStart(16, "0"), ...rest]);
  }
  return new Catalogue(read, { ...index, architectures: rows });
}

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

const names = process.argv.length > 2 ? process.argv.slice(2) : DEFAULT;
const empty = memory();
let opened;
// What a process pays once.
const opening = await timed(async () => {
  opened = await openCatalogue();
  await listModels("no such name");
});
const states = new Map();
for (const name of names) {
  const parameters = modelParameters(await loadArchitecture(name), { numClasses: 17 });
  states.set(name, new Map([...parameters].map(([key, { dtype, shape }]) => [key, { dtype, shape }])));
}
const first = await timed(() => identifyModel(states.get(names[0])));
const held = memory() - empty;
const full = filled(opened);
let slowest = 0;
for (const name of names) {
  const times = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    times.push(await timed(() => identifyModel(states.get(name), { catalogue: full })));
  }
  const middle = times.sort((a, b) => a - b)[REPEATS >> 1];
  slowest = Math.max(slowest, middle);
  console.log(`${name}: ${middle.toFixed(1)} ms`);
}
console.log(`the index and the table of published checkpoints, once: ${opening.toFixed(1)} ms`);
console.log(`the first recognition after that: ${first.toFixed(1)} ms`);
console.log(`all that stays in memory: ${held.toFixed(1)} MB, with ${names.length} state dicts`);
console.log(`${full.index.architectures.length} names`);
const missed = opening + first > LIMIT_MS || slowest > LIMIT_MS || held > LIMIT_MB;
console.log(missed ? `missed: at most ${LIMIT_MS} ms and ${LIMIT_MB} MB` : "reached");
process.exitCode = missed ? 1 : 0;
