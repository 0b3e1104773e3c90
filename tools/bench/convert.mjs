// Conversion compared with a file copy: whole processes, in turn, medians of several rounds.
//   node tools/bench/convert.mjs [--model NAME | --file FILE.pt2] [--target FORMATS[:WEIGHTS]]… [--runs N] [--out FILE.json]
// A target is the output of one conversion, such as onnx, onnx,tfjs or smyd:int8. What is converted is a stand-in checkpoint
// of the model, in both containers of torch.save, or an exported network. Reports time as a ratio to copying the same file
// with a flush, the same of processor time, and peak memory. The program is bundled as it is installed.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PROGRAM } from "../pack-bundle.mjs";
import { measureNode, median } from "./measure.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "ssl_resnext101_32x16d" },
    file: { type: "string" },
    target: { type: "string", multiple: true, default: ["onnx"] },
    runs: { type: "string", default: "5" },
    out: { type: "string" },
  },
});
const runs = Number(values.runs);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
// In a process of its own: a measured one begins with its parent's peak memory.
measureNode([here("../pack-bundle.mjs")]);
// Next to the checkout and not in the system's temporary folder, which may be in memory.
const folder = mkdtempSync(here("../../.bench-"));

/** What is converted, each with the work of making and removing it. */
function inputs() {
  if (values.file !== undefined) {
    const file = resolve(values.file);
    return [{ container: extname(file).slice(1), file, options: [], make: () => {}, remove: () => {} }];
  }
  return ["zip", "legacy"].map((container) => {
    const file = join(folder, container === "zip" ? "model.pth" : "model.legacy.pth");
    const make = () => measureNode([here("make-stand-in.mjs"), values.model, file]);
    return { container, file, options: ["--model", values.model], make, remove: () => rmSync(file) };
  });
}

function convert({ file, options }, target) {
  const [formats, weights] = target.split(":");
  const out = join(folder, "out");
  const argv = ["convert", file, ...options, "--to", formats, "--out", out, "--json"];
  const measured = measureNode([PROGRAM, ...argv, ...(weights === undefined ? [] : ["--weights", weights])]);
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
  for (const input of inputs()) {
    const { container, file } = input;
    input.make();
    const copies = [];
    const opened = [];
    const converted = new Map(values.target.map((target) => [target, []]));
    // One uncounted round first: it warms the page cache.
    for (let round = 0; round <= runs; round++) {
      const counted = (list, measured) => round > 0 && list.push(measured);
      counted(copies, copy(file));
      for (const [target, list] of converted) counted(list, convert(input, target));
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
        copyCpu: median(copies.map((run) => run.cpu)),
        cpu: median(list.map((run) => run.cpu)),
        cpuRatio: median(list.map((run, round) => run.cpu / copies[round].cpu)),
        peakMB: Math.max(...list.map((run) => run.peakMB)),
      });
    }
    input.remove();
  }
  const model = values.file === undefined ? values.model : basename(values.file, extname(values.file));
  const report = {
    benchmark: "convert",
    model,
    runs,
    node: process.versions.node,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    openings,
    conversions,
  };
  if (values.out) writeFileSync(values.out, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(`${model}, ${runs} rounds, ${report.cores} × ${report.cpu}, Node ${report.node}`);
  for (const { container, megabytes, milliseconds, peakMB } of openings) {
    console.log(
      `open ${container}, ${megabytes.toFixed(0)} MB: ${milliseconds.toFixed(0)} ms, peak ${peakMB.toFixed(0)} MB`,
    );
  }
  for (const { container, target, copySeconds, seconds, ratio, copyCpu, cpu, cpuRatio, peakMB } of conversions) {
    const time = `copy ${copySeconds.toFixed(2)} s, convert ${seconds.toFixed(2)} s, ratio ${ratio.toFixed(2)}`;
    const processor = `${copyCpu.toFixed(2)} and ${cpu.toFixed(2)} s, ratio ${cpuRatio.toFixed(2)}`;
    console.log(`${container} to ${target}: ${time}; processor ${processor}; peak ${peakMB.toFixed(0)} MB`);
  }
} finally {
  measureNode([here("../pack-bundle.mjs"), "--remove"]);
  rmSync(folder, { recursive: true });
}
