// Runs the census through the interpreter: its float64 output against PyTorch's float64, the time that takes, and how many
// times as far from float64 PyTorch's float32 is as the interpreter's, from which `samoyed check MODEL` takes its F.
//   node tools/sweep-interpreter.mjs [--only NAME,…]
// Needs the built packages (npm start, or npx tsc -b). Takes about half an hour for all networks.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { censusNetworks, writeCensusModel } from "@samoyed/check";
import { openSourceGraph } from "@samoyed/convert/node";
import { castTensor } from "@samoyed/core";
import { readRegularFile } from "@samoyed/core/node";
import { censusInput, measureNoise, openCensusCase } from "@samoyed/golden";
import { interpret, widenToFloat64 } from "@samoyed/graph";

/** Largest difference from PyTorch's float64, in F: constants that PyTorch computed in float32 stay as they are. */
const MOST = 0.1;

const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
const only = values.only === "" ? [] : values.only.split(",");
const networks = await censusNetworks(fileURLToPath(new URL("../golden", import.meta.url)), only);
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const rows = [];
let [total, failed] = [0, 0];

/** Runs a network, and gives its only output and the seconds of processor time. */
async function run(graph, input) {
  const start = process.cpuUsage();
  const [output] = (await interpret(graph, { [graph.inputs[0].name]: input })).values();
  const { user, system } = process.cpuUsage(start);
  return { values: output.data, seconds: (user + system) / 1e6 };
}

for (const { name, folder } of networks) {
  if (folder === undefined) continue;
  total++;
  const scratch = await mkdtemp(join(tmpdir(), "samoyed-interpreter-"));
  try {
    const opened = await openCensusCase({ label: folder, read: (path) => readRegularFile(join(folder, path)) });
    const file = join(scratch, `${name}.pt2`);
    await writeCensusModel(opened, file, {});
    const { graph, close } = await openSourceGraph(file);
    const image = await censusInput(opened);
    const input = { ...image, shape: [1, ...image.shape] };
    const wide = await run(widenToFloat64(graph), castTensor(input, "float64"));
    const narrow = await run(graph, input);
    await close();
    const { values64, noise } = opened.recording;
    const own = measureNoise(narrow.values, wide.values);
    const off = wide.values.reduce((most, value, index) => Math.max(most, Math.abs(value - values64.data[index])), 0);
    const row = { off: off / noise.max, max: noise.max / own.max, rms: noise.rms / own.rms, seconds: wide.seconds };
    rows.push(row);
    if (!(row.off <= MOST)) failed++;
    console.log(
      `${row.off <= MOST ? "ok    " : "failed"} ${name.padEnd(36)} ${row.off.toExponential(1)} F from PyTorch's float64, ` +
        `${row.seconds.toFixed(1)} s; PyTorch's float32 is ${row.max.toFixed(1)} (rms ${row.rms.toFixed(1)}) times as far`,
    );
  } catch (error) {
    failed++;
    console.log(`failed ${name.padEnd(36)} ${error.message}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
const of = (key) => rows.map((row) => row[key]);
console.log(
  `${total - failed} of ${total} networks; at most ${Math.max(...of("seconds")).toFixed(1)} s of processor time; ` +
    `PyTorch's rms noise is ${Math.min(...of("rms")).toFixed(1)} to ${Math.max(...of("rms")).toFixed(1)} times the interpreter's, ` +
    `${median(of("rms")).toFixed(1)} in the middle`,
);
process.exitCode = failed === 0 && total > 0 ? 0 : 1;
