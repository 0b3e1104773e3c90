// Conversion against a file copy, whole processes, in turn, medians of several rounds.
//   node tools/bench/convert.mjs [--model NAME] [--to onnx,tfjs,smyd] [--weights TYPE] [--runs N] [--out FILE.json]
// Reports time as a ratio to copying the same file with a flush, and peak memory.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureNode, median } from "./measure.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "ssl_resnext101_32x16d" },
    to: { type: "string", default: "onnx" },
    weights: { type: "string", default: "float32" },
    runs: { type: "string", default: "5" },
    out: { type: "string" },
  },
});
const runs = Number(values.runs);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const cli = here("../../packages/cli/bin/samoyed.js");
// Beside the checkout and not in the system's temporary folder, which may be memory.
const folder = mkdtempSync(here("../../.bench-"));

try {
  const rows = [];
  for (const container of ["zip", "legacy"]) {
    const file = join(folder, container === "zip" ? "model.pth" : "model.legacy.pth");
    measureNode([here("make-stand-in.mjs"), values.model, file]);
    const copies = [];
    const conversions = [];
    const openings = [];
    // One uncounted round first: it warms the page cache.
    for (let round = 0; round <= runs; round++) {
      const copy = measureNode([here("copy-file.mjs"), file, join(folder, "copy")]);
      rmSync(join(folder, "copy"));
      const conversion = measureNode([
        cli,
        "convert",
        file,
        "--model",
        values.model,
        "--to",
        values.to,
        "--weights",
        values.weights,
        "--out",
        join(folder, "out"),
        "--json",
      ]);
      rmSync(join(folder, "out"), { recursive: true });
      const opening = measureNode([here("open-checkpoint.mjs"), file]);
      if (round === 0) continue;
      copies.push(copy);
      conversions.push(conversion);
      openings.push({ ...opening, ...JSON.parse(opening.stdout) });
    }
    rows.push({
      container,
      megabytes: statSync(file).size / 1e6,
      copySeconds: median(copies.map((run) => run.seconds)),
      convertSeconds: median(conversions.map((run) => run.seconds)),
      ratio: median(conversions.map((run, i) => run.seconds / copies[i].seconds)),
      convertPeakMB: Math.max(...conversions.map((run) => run.peakMB)),
      openMilliseconds: median(openings.map((run) => run.milliseconds)),
      openPeakMB: Math.max(...openings.map((run) => run.peakMB)),
    });
    rmSync(file);
  }
  const report = {
    benchmark: "convert",
    model: values.model,
    to: values.to,
    weights: values.weights,
    runs,
    node: process.versions.node,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    rows,
  };
  if (values.out) writeFileSync(values.out, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(
    `${values.model} to ${values.to}, ${values.weights}, ${runs} rounds, ${report.cores} × ${report.cpu}, Node ${report.node}`,
  );
  for (const row of rows) {
    console.log(
      `${row.container.padEnd(7)} ${row.megabytes.toFixed(0)} MB: copy ${row.copySeconds.toFixed(2)} s, convert ${row.convertSeconds.toFixed(2)} s, ` +
        `ratio ${row.ratio.toFixed(2)}, peak ${row.convertPeakMB.toFixed(0)} MB; open ${row.openMilliseconds.toFixed(0)} ms, peak ${row.openPeakMB.toFixed(0)} MB`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
