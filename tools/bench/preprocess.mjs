// An image file to an input tensor, compared with Pillow + torchvision (timm's own transform), in one run.
//   node tools/bench/preprocess.mjs [FILE…] [--iterations N] [--rounds N] [--out FILE.json]
// Each side has one process per round, which warms up and then times its iterations; the sides take turns, so that a busy
// machine slows both. Needs built packages, and the oracle for the comparison (tools/oracle/setup.mjs). The photograph is
// dog.jpg in the folder that SAMOYED_ASSETS names. With FILEs, only these images.
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./measure.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    iterations: { type: "string", default: "20" },
    rounds: { type: "string", default: "3" },
    out: { type: "string" },
  },
});
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const oracle = here("../oracle");
const python = join(oracle, ".venv", "bin", "python");

const published = [
  { name: "dog.jpg, 1546×1213, 4:4:4", file: join(process.env.SAMOYED_ASSETS ?? "", "dog.jpg"), asset: true },
  { name: "samoyed-drawn.jpg, 4:2:0", file: here("../../golden/images/samoyed-drawn.jpg"), asset: false },
];

const images =
  positionals.length === 0
    ? published
    : positionals.map((file) => ({ name: basename(file), file: resolve(file), asset: false }));

const OURS = `
import { readFileSync } from "node:fs";
import { createTransform, decodeImage } from ${JSON.stringify(here("../../packages/preprocess/dist/index.js"))};
const [file, iterations] = process.argv.slice(1);
const bytes = new Uint8Array(readFileSync(file));
const transform = createTransform({ inputSize: [3, 224, 224], interpolation: "bilinear", cropPct: 0.875 });
const time = (work) => {
  for (let i = 0; i < 10; i++) work();
  return Array.from({ length: Number(iterations) }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
};
console.log(JSON.stringify({ decode: time(() => decodeImage(bytes)), tensor: time(() => transform(bytes)) }));
`;

const THEIRS = `
import io, json, sys, time
import samoyed_oracle.torchvision_shim
import torch
from PIL import Image
from timm.data import create_transform
torch.set_num_threads(1)
data = open(sys.argv[1], "rb").read()
transform = create_transform((3, 224, 224), interpolation="bilinear", crop_pct=0.875)
def milliseconds(work):
    for _ in range(10):
        work()
    times = []
    for _ in range(int(sys.argv[2])):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return times
decode = lambda: Image.open(io.BytesIO(data)).convert("RGB")
print(json.dumps({"decode": milliseconds(decode), "tensor": milliseconds(lambda: transform(decode()))}))
`;

/** Runs one side in a separate process and returns its times. */
function measure(command, args, cwd) {
  const child = spawnSync(command, args, { encoding: "utf8", cwd });
  if (child.status !== 0) throw new Error(`${command} ended with ${child.status}\n${child.stderr}`);
  return JSON.parse(child.stdout);
}

const hasPeer = existsSync(python);
const rows = [];
for (const { name, file, asset } of images) {
  if (!existsSync(file)) {
    rows.push({ name, notRun: asset ? "SAMOYED_ASSETS names no folder with dog.jpg" : `${file} does not exist` });
    continue;
  }
  const ours = { decode: [], tensor: [] };
  const theirs = { decode: [], tensor: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    const mine = measure(process.execPath, ["--input-type=module", "-e", OURS, file, values.iterations]);
    ours.decode.push(...mine.decode);
    ours.tensor.push(...mine.tensor);
    if (!hasPeer) continue;
    const peer = measure(python, ["-c", THEIRS, file, values.iterations], oracle);
    theirs.decode.push(...peer.decode);
    theirs.tensor.push(...peer.tensor);
  }
  const side = (times) => ({ decodeMs: median(times.decode), tensorMs: median(times.tensor) });
  const row = { name, samoyed: side(ours) };
  if (hasPeer) {
    row.pillow = side(theirs);
    row.decodeRatio = row.samoyed.decodeMs / row.pillow.decodeMs;
    row.tensorRatio = row.samoyed.tensorMs / row.pillow.tensorMs;
  }
  rows.push(row);
}

const report = {
  benchmark: "preprocess",
  iterations: Number(values.iterations),
  rounds: Number(values.rounds),
  node: process.versions.node,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  rows,
};
if (values.out) writeFileSync(values.out, `${JSON.stringify(report, undefined, 2)}\n`);
console.log(`${report.rounds} × ${report.iterations} iterations, ${report.cores} × ${report.cpu}, Node ${report.node}`);
const ms = ({ decodeMs, tensorMs }) => `decode ${decodeMs.toFixed(1)} ms, tensor ${tensorMs.toFixed(1)} ms`;
for (const row of rows) {
  if (row.notRun) console.log(`${row.name}: not run: ${row.notRun}`);
  else {
    console.log(`${row.name}\n  samoyed             ${ms(row.samoyed)}`);
    if (row.pillow === undefined) console.log("  Pillow + torchvision not run: the oracle is not installed");
    else {
      console.log(`  Pillow + torchvision ${ms(row.pillow)}`);
      console.log(`  ratio               decode ${row.decodeRatio.toFixed(2)}, tensor ${row.tensorRatio.toFixed(2)}`);
    }
  }
}
