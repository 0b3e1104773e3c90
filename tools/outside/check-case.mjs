// Checks one network from outside: converts its file to each engine's format, runs it and compares every output.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { convertFile, convertModelFile } from "@samoyed/convert/node";
import { formatShape, parseNpy, UnsupportedError } from "@samoyed/core";
import { compareOutput } from "./compare.mjs";

const read = async (folder, name) => parseNpy(await readFile(join(folder, name)));
const message = (error) => (error instanceof Error ? error.message : String(error));

/** The sizes that a run fixes, as `--shape` names them. */
function sizesOf({ shape = "" }) {
  const pairs = shape.split(",").filter(Boolean);
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), Number(pair.slice(pair.indexOf("=") + 1))]));
}

/** Converts a case's file to formats with some fixed sizes, each once. */
function converter({ name, model, isBare }, { folder, out }) {
  const made = new Map();
  return (format, run) => {
    const outDir = join(out, name, isBare ? "bare" : "graph", format, run.shape ?? "open");
    const convert = async () => {
      const options = { formats: [format], outDir };
      const path = join(folder, name, model);
      const { files } = isBare
        ? await convertFile(path, options)
        : await convertModelFile(path, { ...options, sizes: sizesOf(run) });
      return join(outDir, files[0].file);
    };
    if (!made.has(outDir)) made.set(outDir, convert());
    return made.get(outDir);
  };
}

async function compareRun(session, { input, expected }) {
  const outputs = await session.run({ [session.inputs[0].name]: input });
  const results = expected.map((wanted) => compareOutput(outputs.get(session.outputs[wanted.output]?.name), wanted));
  const measured = results.every(({ inNoise }) => inNoise !== undefined);
  return {
    ...(measured && { inNoise: Math.max(...results.map(({ inNoise }) => inNoise)) }),
    reasons: results.flatMap(({ reasons }) => reasons),
  };
}

/** Runs one engine on one run of a case. */
async function checkBackend(backend, { convert, run, ...values }) {
  const common = { backend: backend.name, format: backend.format };
  const availability = await backend.availability();
  if (!availability.available) {
    const { reason, fix } = availability;
    return { ...common, status: "not run", reasons: [`${reason}. ${fix}`], fix };
  }
  let session;
  try {
    session = await backend.load(await convert(backend.format, run));
    const compared = await compareRun(session, values);
    return { ...common, status: compared.reasons.length === 0 ? "passed" : "failed", ...compared };
  } catch (error) {
    const status = error instanceof UnsupportedError ? "refused" : "failed";
    return { ...common, status, reasons: [message(error)] };
  } finally {
    await session?.dispose();
  }
}

/** Checks a case on every engine; one result for each of its files and runs, as the census has them. */
export async function checkCase(entry, options) {
  const results = await checkFile(entry, options);
  if (entry.checkpoint === undefined) return results;
  // The file of weights alone: the network is recognized from its tensors.
  return [...results, ...(await checkFile({ ...entry, model: entry.checkpoint, isBare: true }, options))];
}

async function checkFile(entry, { backends, folder, out }) {
  const convert = converter(entry, { folder, out });
  const results = [];
  for (const run of entry.runs) {
    const input = await read(join(folder, entry.name), run.input);
    const expected = [];
    for (const output of run.outputs) {
      const [values64, values32] = [output.values64, output.values32].map((name) =>
        read(join(folder, entry.name), name),
      );
      expected.push({ ...output, values64: await values64, values32: await values32 });
    }
    const found = [];
    for (const backend of backends) found.push(await checkBackend(backend, { convert, run, input, expected }));
    const from = entry.isBare ? " from its weights alone" : "";
    results.push({ name: `${entry.name}${from} ${formatShape(input.shape)}`, module: entry.origin, backends: found });
  }
  return results;
}
