// Runs the benchmarks and writes docs/benchmarks.md from what they measured: the only way its figures get there.
//   node tools/bench/all.mjs [--runs N]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { $ } from "zx";

const { values } = parseArgs({ options: { runs: { type: "string", default: "5" } } });
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "samoyed-bench-"));

/** Runs one benchmark with its output on the terminal, and reads what it found. */
async function bench(script, ...args) {
  const out = join(folder, `${script}.json`);
  await $({ stdio: "inherit" })`${process.execPath} ${here(script)} ${args} --out ${out}`;
  return JSON.parse(readFileSync(out, "utf8"));
}

const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

try {
  const convert = await bench("convert.mjs", "--runs", values.runs);
  const preprocess = await bench("preprocess.mjs", "--rounds", values.runs);
  const page = `# Benchmarks

Written by \`node tools/bench/all.mjs\`, which runs every benchmark anew; do not edit. Medians of ${values.runs} rounds, whole
processes where a process is meant, sides in turn. Machines differ and are noisy: the ratios are what to compare.

Measured on ${convert.cores} × ${convert.cpu}, Node ${convert.node}.

## Conversion

\`node tools/bench/convert.mjs\`: \`samoyed convert\` of a checkpoint of ${convert.model} (stand-in weights) to ONNX, against copying
the same file with a flush to the disk. Opening reads the index and lists the tensors.

${table(
  ["container", "size", "copy", "convert", "ratio", "peak memory", "open", "peak memory of opening"],
  convert.rows.map((row) => [
    row.container,
    `${row.megabytes.toFixed(0)} MB`,
    `${row.copySeconds.toFixed(2)} s`,
    `${row.convertSeconds.toFixed(2)} s`,
    `**${row.ratio.toFixed(2)}**`,
    `${row.convertPeakMB.toFixed(0)} MB`,
    `${row.openMilliseconds.toFixed(0)} ms`,
    `${row.openPeakMB.toFixed(0)} MB`,
  ]),
)}

## Preprocessing

\`SAMOYED_ASSETS=FOLDER node tools/bench/preprocess.mjs\`: an image file's bytes to the input tensor, warmed up, against Pillow and
torchvision through timm's own transform.

${table(
  ["image", "samoyed", "Pillow + torchvision", "ratio"],
  preprocess.rows.map((row) => [
    row.name,
    row.samoyed ? `${row.samoyed.tensorMs.toFixed(1)} ms` : `not run: ${row.notRun}`,
    row.pillow ? `${row.pillow.tensorMs.toFixed(1)} ms` : "not run",
    row.pillow ? `**${row.tensorRatio.toFixed(2)}**` : "not run",
  ]),
)}
`;
  writeFileSync(here("../../docs/benchmarks.md"), page);
} finally {
  rmSync(folder, { recursive: true });
}
