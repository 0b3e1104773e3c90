// Converts the networks that tools/oracle/census_pt2.py exported and compares them with PyTorch: .pt2 → graph → .onnx →
// onnxruntime, in float32, against PyTorch's float64. Networks that were converted before are left alone; delete
// FOLDER/census.json to run them again.
//
//   node tools/census-pt2.mjs FOLDER [NAME…]
//
// Packages must be built (`npm run build`). Prints one line for each network and writes FOLDER/census.json.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseNpy } from "@samoyed/core";
import { fileSink, fileSource } from "@samoyed/core/node";
import { writeOnnx } from "@samoyed/format-onnx";
import { readPt2 } from "@samoyed/format-pt2";

const require = createRequire(new URL("../packages/format-onnx/package.json", import.meta.url));
const ort = require("onnxruntime-node");
ort.env.logLevel = "error";

const [folder, ...only] = process.argv.slice(2);
const record = join(folder, "census.json");
const results = existsSync(record) ? JSON.parse(readFileSync(record, "utf8")) : {};

async function convert(name) {
  const source = await fileSource(join(folder, `${name}.pt2`));
  const path = join(folder, `${name}.onnx`);
  const sinks = [await fileSink(path), await fileSink(`${path}.data`)];
  const start = performance.now();
  try {
    const { graph } = await readPt2(source);
    const read = performance.now() - start;
    await writeOnnx(graph, { sink: sinks[0], external: { name: `${name}.onnx.data`, sink: sinks[1] } });
    for (const sink of sinks) await sink.commit();
    return { graph, path, read };
  } finally {
    await source.close?.();
  }
}

async function compute(path, graph, x) {
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const feeds = { [graph.inputs[0].name]: new ort.Tensor("float32", x.data, x.shape) };
  const values = await session.run(feeds);
  const flat = graph.outputs.flatMap(({ name }) => Array.from(values[name].data, Number));
  await session.release();
  return flat;
}

/** The largest difference, in standard deviations of what is expected. */
function compare(got, want) {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  const mean = want.reduce((a, b) => a + b, 0) / want.length;
  const deviation = Math.sqrt(want.reduce((a, b) => a + (b - mean) ** 2, 0) / want.length);
  let worst = 0;
  for (const [index, value] of want.entries()) worst = Math.max(worst, Math.abs(value - got[index]));
  return Number.isNaN(got.reduce((a, b) => a + b, 0)) ? Number.NaN : worst / deviation;
}

const names = readdirSync(folder)
  .filter((file) => file.endsWith(".pt2") && !file.endsWith(".part.pt2"))
  .map((file) => file.slice(0, -".pt2".length));
for (const name of names) {
  if (only.length > 0 ? !only.includes(name) : results[name] !== undefined) continue;
  try {
    const { graph, path, read } = await convert(name);
    const x = parseNpy(readFileSync(join(folder, `${name}.input.npy`)), name);
    const want = Array.from(parseNpy(readFileSync(join(folder, `${name}.output.npy`)), name).data);
    const error = compare(await compute(path, graph, x), want);
    results[name] = { nodes: graph.nodes.length, output: graph.outputs[0].shape, ms: Math.round(read), error };
    console.log(name, `${graph.nodes.length} nodes`, `${Math.round(read)} ms`, error.toExponential(1));
  } catch (error) {
    results[name] = { refused: error.message };
    console.log(name, "REFUSED", error.name, error.message);
  } finally {
    for (const file of [`${name}.onnx`, `${name}.onnx.data`]) rmSync(join(folder, file), { force: true });
  }
  writeFileSync(record, JSON.stringify(results, null, 1));
}
const good = Object.values(results).filter(({ error }) => error < 1e-5).length;
console.log(`${good} of ${Object.keys(results).length} within 1e-5 of the output's deviation`);
