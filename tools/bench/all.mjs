// Runs the benchmarks and writes docs/benchmarks.md from their results: its figures have no other source.
//   node tools/bench/all.mjs [--runs N]
// Takes about an hour on two otherwise idle cores. Networks of other kinds come from the oracle (tools/oracle/setup.mjs), and
// what LiteRT.js runs from its second environment (tools/oracle/setup.mjs --litert); without them their rows are not run.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { $ } from "zx";
import { browserInstalled } from "./chromium.mjs";
import { NotRun } from "./smyd/not-run.mjs";
import { smydSection } from "./smyd/section.mjs";
import { SOURCES } from "./smyd/sources.mjs";
import { table } from "./table.mjs";

const { values } = parseArgs({ options: { runs: { type: "string", default: "5" } } });
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "samoyed-bench-"));
const { runs } = values;

/** Runs one benchmark with its output on the terminal, and reads its results. */
async function bench(script, ...args) {
  const out = join(folder, `${script}.json`);
  await $({ stdio: "inherit" })`${process.execPath} ${here(script)} ${args} --out ${out}`;
  return JSON.parse(readFileSync(out, "utf8"));
}

const TARGETS = ["onnx", "tfjs", "smyd", "onnx,tfjs", "tfjs:uint8", "smyd:int8"];

/** An exported network of about 350 MB, the size that conversion's limits are stated for. */
const EXPORTED_LARGE = "vit_base_patch16_224";

/** The conversion of a checkpoint, and of an exported network where the oracle is installed. */
async function conversionBench() {
  const options = ["--runs", runs, ...TARGETS.flatMap((target) => ["--target", target])];
  const reports = [await bench("convert.mjs", ...options)];
  try {
    const [file] = SOURCES.timm(EXPORTED_LARGE, folder);
    reports.push(await bench("convert.mjs", ...options, "--file", file));
    return { reports };
  } catch (error) {
    if (!(error instanceof NotRun)) throw error;
    return { reports, notRun: error.message };
  }
}

function conversionSection({ reports, notRun: reason }) {
  const command = `node tools/bench/convert.mjs ${TARGETS.map((target) => `--target ${target}`).join(" ")}`;
  const what = reports.map(({ model, openings }) => `${model} (${openings[0].megabytes.toFixed(0)} MB)`);
  const exported = reports.length > 1 ? `, and \`--file\` of the exported network ${what[1]}` : "";
  const notRun = reason === undefined ? "" : `\n\nNot run: ${EXPORTED_LARGE}.pt2: ${reason}.`;
  return `## Conversion

\`${command}\`: \`samoyed convert\` of a checkpoint of
${what[0]} with stand-in weights${exported}, against copying the same file with a flush to the disk. Processor time is that
of all threads.

${table(
  ["container", "to", "copy", "convert", "ratio", "processor time", "ratio", "peak memory"],
  reports
    .flatMap(({ conversions }) => conversions)
    .map(({ container, target, copySeconds, seconds, ratio, cpu, cpuRatio, peakMB }) => [
      ...[container, target.replace(":", ", "), `${copySeconds.toFixed(2)} s`, `${seconds.toFixed(2)} s`],
      ...[`**${ratio.toFixed(2)}**`, `${cpu.toFixed(2)} s`, `**${cpuRatio.toFixed(2)}**`, `${peakMB.toFixed(0)} MB`],
    ]),
)}${notRun}

Opening reads the index and lists the tensors.

${table(
  ["container", "open", "peak memory"],
  reports
    .flatMap(({ openings }) => openings)
    .map((row) => [row.container, `${row.milliseconds.toFixed(0)} ms`, `${row.peakMB.toFixed(0)} MB`]),
)}`;
}

function preprocessingSection({ rows }) {
  return `## Preprocessing

\`SAMOYED_ASSETS=FOLDER node tools/bench/preprocess.mjs\`: an image file's bytes to the input tensor, warmed up, against Pillow and
torchvision through timm's own transform.

${table(
  ["image", "samoyed", "Pillow + torchvision", "ratio"],
  rows.map((row) => [
    row.name,
    row.samoyed ? `${row.samoyed.tensorMs.toFixed(1)} ms` : `not run: ${row.notRun}`,
    row.pillow ? `${row.pillow.tensorMs.toFixed(1)} ms` : "not run",
    row.pillow ? `**${row.tensorRatio.toFixed(2)}**` : "not run",
  ]),
)}`;
}

function tfjsSection({ model, results }) {
  const rows = Object.entries(results).flatMap(
    ([
      backend,
      {
        rows: [ours, naive],
        wallRatio,
        cpuRatio,
        difference,
      },
    ]) => [
      [
        ...[backend, `${ours.wallMs.toFixed(0)} ms`, `${naive.wallMs.toFixed(0)} ms`, `**${wallRatio.toFixed(2)}**`],
        ...[cpuRatio.toFixed(2), difference.toExponential(0)],
      ],
    ],
  );
  const notRun = results["tfjs-node"]
    ? ""
    : "\n\nNot run: tfjs-node, which is not set up (node tools/tfjs-node/setup.mjs).";
  return `## Grouped convolutions on TensorFlow.js

\`node tools/bench/tfjs.mjs\`: ${model}, one image a run: what Samoyed writes and runs, against one convolution for
each of the 32 groups on plain TensorFlow.js, in turn.

${table(["backend", "samoyed", "32-way split", "×", "× in processor time", "largest difference of a logit"], rows)}${notRun}`;
}

function groupsSection(measured) {
  const parts = measured.map(
    ({ backend, adapter, version, table: found }) => `### ${backend}

On ${adapter}, TensorFlow.js ${version}; bold is the least.

${found}`,
  );
  return `## Ways to merge groups

\`node tools/bench/tfjs-groups.mjs --backend wasm\` (and \`webgl\`): 3 × 3 convolutions of 32 groups, milliseconds of one layer.
“merge m” computes m neighboring groups in one convolution. The cost model is fitted to wasm.

${parts.join("\n\n")}`;
}

try {
  const conversions = await conversionBench();
  const [machine] = conversions.reports;
  const preprocess = await bench("preprocess.mjs", "--rounds", runs);
  const smyd = await bench("smyd.mjs");
  const tiles = await bench("smyd-tiles.mjs");
  const tfjs = await bench("tfjs.mjs");
  const groups = [await bench("tfjs-groups.mjs", "--backend", "wasm")];
  if (browserInstalled())
    groups.push(await bench("tfjs-groups.mjs", "--backend", "webgl", "--only", "32x4d", "--runs", "3"));
  const page = `# Benchmarks

Written by \`node tools/bench/all.mjs\`, which runs every benchmark anew; do not edit. Medians of ${runs} rounds where nothing
else is said, whole processes where a process is meant, sides in turn. Machines differ and are noisy: the ratios are what to
compare.

Measured on ${machine.cores} × ${machine.cpu}, Node ${machine.node}.

${[
  conversionSection(conversions),
  preprocessingSection(preprocess),
  `## The runtime of .smyd models\n\n${smydSection(smyd)}`,
  `## Tiles of the .smyd kernels

\`node tools/bench/smyd-tiles.mjs\`: four convolutions of ResNeXt-101 32x16d with nothing in the caches, one thread, GFLOP/s. A tile's
sums stay in registers while its inputs pass by: six pixels where multiplying and adding are one instruction, four elsewhere.
Weights lie in panels of eight channels, packed in the file. Below, how many pixels a panel passes over before the next one
does; the runtime takes 256, or more where 256 KiB of input hold more.

${tiles.table}`,
  tfjsSection(tfjs),
  groupsSection(groups),
].join("\n\n")}
`;
  writeFileSync(here("../../docs/benchmarks.md"), page);
} finally {
  rmSync(folder, { recursive: true });
}
