// A trained classifier as a user converts and asks it: `samoyed convert`, then `samoyed classify` on each engine.
import { join } from "node:path";
import { $ } from "zx";

/** Furthest that a probability may be from PyTorch's: what users read of it, to the fourth digit. */
const PROBABILITY = 1e-4;

const samoyed = join(import.meta.dirname, "..", "..", "packages", "cli", "bin", "samoyed.js");
const run = (...args) => $({ nothrow: true, quiet: true })`${process.execPath} ${samoyed} ${args} --json`;

/** Compares the best class of a photograph with PyTorch's. */
export function compareBest({ label, probability }, expected) {
  const near = Math.abs(probability - expected.probability) <= PROBABILITY;
  if (label === expected.label && near) return [];
  return [`says ${label} ${probability}; PyTorch says ${expected.label} ${expected.probability}`];
}

/**
 * Converts a classifier with its class names and preprocessing, and asks every engine about the photograph.
 *
 * @param assets - The folder of dog.jpg and imagenet_classes.txt.
 */
export async function checkClassification(entry, { backends, folder, out, assets }) {
  const { classification: expected, name, model, origin } = entry;
  const photograph = join(assets, "dog.jpg");
  const { size, interpolation, cropPct, mean, std } = expected;
  const image = ["--size", `${size}`, "--interpolation", interpolation, "--crop-pct", `${cropPct}`];
  const values = ["--mean", mean.join(), "--std", std.join()];
  const outDir = join(out, name, "classify");
  const formats = [...new Set(backends.map(({ format }) => format))].join();
  const labels = ["--labels", join(assets, "imagenet_classes.txt")];
  const paths = [join(folder, name, model), "--to", formats, "--out", outDir];
  const converted = await run("convert", ...paths, ...labels, ...image, ...values);
  const results = [];
  for (const { name: backend, format } of backends) {
    const common = { backend, format };
    if (converted.exitCode !== 0) {
      const status = converted.exitCode === 4 ? "refused" : "failed";
      results.push({ ...common, status, reasons: [converted.stderr.trim()] });
      continue;
    }
    const { file } = JSON.parse(converted.stdout).files.find((entry) => entry.format === format);
    const asked = await run("classify", join(outDir, file), photograph, "--backend", backend);
    if (asked.exitCode !== 0) {
      results.push({ ...common, status: asked.exitCode === 5 ? "not run" : "failed", reasons: [asked.stderr.trim()] });
      continue;
    }
    const reasons = compareBest(JSON.parse(asked.stdout).results[0].classes[0], expected);
    results.push({ ...common, status: reasons.length === 0 ? "passed" : "failed", reasons });
  }
  const said = `${expected.label} ${expected.probability.toFixed(4)}`;
  return { name: `${name} on dog.jpg: ${said}`, module: origin, backends: results };
}
