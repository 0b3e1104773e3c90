// Conversion compared with a file copy: whole processes, in turn, medians of several rounds.
//   node tools/bench/convert.mjs [--model NAME] [--target FORMATS[:WEIGHTS]]… [--runs N] [--out FILE.json]
// A target is the output of one conversion, such as onnx, onnx,tfjs or smyd:int8. Reports time as a ratio to copying the
// same file with a flush, and peak memory.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureNode, median } from "./measure.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "ssl_resnext101_32x16d" },
    target: { type: "string", multiple: true, default: ["onnx"] },
    runs: { type: "string", default: "5" },
    out: { type: "string" },
  },
});
const runs = Number(values.runs);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const cli = here("../../packages/cli/bin/samoyed.js");
// Next to the checkout and not in the system's temporary folder, which may be in memory.
const folder = mkdtempSync(here("../../.bench-"));

function convert(file, target) {
  const [formats, weights = "float32"] = target.split(":");
  const out = join(folder, "out");
  const argv = [
    "convert",
    file,
    "--model",
    values.model,
    "--to",
    formats,
    "--weights",
    weights,
    "--out",
    out,
    "--json",
  ];
  const measured = measureNode([cli, ...argv]);
  rmSync(out, { recursive: true });
  return measured;
}

function copy(file) {
  const measured = measureNode([here("copy-file.mjs"), file, join(folder, "copy")]);
  rmSync(join(folder, "copy"));
  return measured;
}

function open(file) {
  const measured = measureNode([here("open-checkpoint.mjs"), file]);
  return { ...measured, ...JSON.parse(measured.stdout) };
}

try {
  const openings = [];
  const conversions = [];
  for (const container of ["zip", "legacy"]) {
    const file = join(folder, container === "zip" ? "model.pth" : "model.legacy.pth");
    measureNode([here("make-stand-in.mjs"), values.model, file]);
    const copies = [];
    const opened = [];
    const converted = new Map(values.target.map((target) => [target, []]));
    // One uncounted round first: it warms the page cache.
    for (let round = 0; round <= runs; round++) {
      const counted = (list, measured) => round > 0 && list.push(measured);
      counted(copies, copy(file));
      for (const [target, list] of converted) counted(list, convert(file, target));
      counted(opened, open(file));
    }
    openings.push({
      container,
      megabytes: statSync(file).size / 1e6,
      milliseconds: median(opened.map((run) => run.milliseconds)),
      peakMB: Math.max(...opened.map((run) => run.peakMB)),
    });
    for (const [target, list] of converted) {
      conversions.push({
        container,
        target,
        copySeconds: median(copies.map((run) => run.seconds)),
        seconds: median(list.map((run) => run.seconds)),
        ratio: median(list.map((run, round) => run.seconds / copies[round].seconds)),
        peakMB: Math.max(...list.map((run) => run.peakMB)),
      });
    }
    rmSync(file);
  }
  const report = {
    benchmark: "convert",
    model: values.model,
    runs,
    node: process.versions.node,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    openings,
    conversions,
  };
  if (values.out) writeFileSync(values.out, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(`${values.model}, ${runs} rounds, ${report.cores} × ${report.cpu}, Node ${report.node}`);
  for (const { container, megabytes, milliseconds, peakMB } of openings) {
    console.log(
      `open ${container}, ${megabytes.toFixed(0)} MB: ${milliseconds.toFixed(0)} ms, peak ${peakMB.toFixed(0)} MB`,
    );
  }
  for (const { container, target, copySeconds, seconds, ratio, peakMB } of conversions) {
    console.log(
      `${container} to ${target}: copy ${copySeconds.toFixed(2)} s, convert ${seconds.toFixed(2)} s, ratio ${ratio.toFixed(2)}, peak ${peakMB.toFixed(0)} MB`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
