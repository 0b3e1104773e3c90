// Converts one checkpoint as a user would, runs what it became and compares it with PyTorch.
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseNpy, sameShape } from "@samoyed/core";
import { measureNoise, TOLERANCES } from "@samoyed/golden";

const samoyed = join(import.meta.dirname, "..", "..", "packages", "cli", "bin", "samoyed.js");
/** Exit statuses of refusals: of options, of bytes, of what is not supported. */
const REFUSALS = [2, 3, 4];
/** Distance of neighboring float32 numbers at 1: outputs are not compared closer than they are rounded. */
const EPSILON = 2 ** -23;

/** Runs the command line; standard output, standard error and the exit status. */
async function run(args) {
  const child = spawn(process.execPath, [samoyed, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const status = await new Promise((resolve) => child.on("close", resolve));
  return { stdout, stderr, status };
}

async function outputOf(backend, path, input) {
  const session = await backend.load(path);
  try {
    const outputs = await session.run({ [session.inputs[0].name]: input });
    return outputs.get(session.outputs[0].name);
  } finally {
    await session.dispose();
  }
}

/** How far an output is from the recorded one, in multiples of its noise, and why that is too far. */
function compare(actual, exact, rounded) {
  if (!sameShape(actual.shape, exact.shape)) return { problem: `is [${actual.shape}]; expected [${exact.shape}]` };
  const largest = exact.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const noise = Math.max(measureNoise(rounded.data, exact.data).max, EPSILON * largest);
  const inNoise = measureNoise(actual.data, exact.data).max / noise;
  // Written so that NaN fails.
  return inNoise <= TOLERANCES.float32.max.fail ? { inNoise } : { problem: `${inNoise.toPrecision(3)} F off` };
}

/** What a conversion reports besides its numbers: the settings that must be listed, the names of classes. */
function reportProblem({ assumptions = [], contract }, { listed = [], labels }) {
  const named = new Set(assumptions.map(({ setting }) => setting));
  const unlisted = listed.filter((setting) => !named.has(setting));
  if (unlisted.length > 0) return `does not list ${unlisted.join(", ")}`;
  if (labels === undefined || String(contract.labels) === String(labels)) return undefined;
  return `has the labels ${String(contract.labels)}; expected ${String(labels)}`;
}

/**
 * Checks a checkpoint of tools/oracle/checkpoint_variants.py.
 *
 * @returns `{ status, text }`: "right", "refused" (as expected), "other" (refused, not as expected), "wrong" (converted, and
 * the numbers or the report are not right), "failed" (a fault).
 */
export async function checkVariant(folder, { backend, out }) {
  const entry = JSON.parse(readFileSync(join(folder, "case.json"), "utf8"));
  const read = (name) => parseNpy(readFileSync(join(folder, name)));
  const path = join(folder, "files", entry.file);
  rmSync(out, { recursive: true, force: true });
  const { stdout, stderr, status } = await run([
    "convert",
    path,
    "--to",
    "onnx",
    "--out",
    out,
    "--json",
    ...entry.options,
  ]);
  const message = stderr.trim();
  if (REFUSALS.includes(status)) {
    const isExpected = entry.expect === "refused" && new RegExp(entry.cure, "u").test(message);
    return { status: isExpected ? "refused" : "other", text: message };
  }
  if (status !== 0) return { status: "failed", text: message };
  const report = JSON.parse(stdout);
  if (entry.expect === "refused")
    return { status: "wrong", text: `converted as ${report.model}; a refusal is expected` };
  try {
    const actual = await outputOf(backend, join(out, report.files[0].file), read("input.npy"));
    const { problem, inNoise } = compare(actual, read("values64.npy"), read("values32.npy"));
    const wrong = problem ?? reportProblem(report, entry);
    if (wrong !== undefined) return { status: "wrong", text: `${report.model}: ${wrong}` };
    return { status: "right", text: `${report.model}, ${inNoise.toFixed(1)} F` };
  } catch (error) {
    return { status: "failed", text: `${report.model}: ${error instanceof Error ? error.message : String(error)}` };
  }
}
