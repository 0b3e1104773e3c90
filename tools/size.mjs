// The size gate: what a page downloads of @samoyed/runtime-smyd, minified, for each kind of model.
//   node tools/size.mjs            fails above the limits; needs built packages
//   node tools/size.mjs --write    writes the table of packages/runtime-smyd/README.md too
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { needsOf } from "../packages/runtime-smyd/dist/wasm/operator-set.js";
import { bundle, weigh } from "./bench/bundle.mjs";

const CLASSIFIER = ["Conv", "BatchNormalization", "Relu", "MaxPool", "Add", "GlobalAveragePool", "Flatten", "Gemm"];
const TRANSFORMER = [
  ...["Conv", "Reshape", "Transpose", "Shape", "Concat", "Expand", "Add", "LayerNormalization", "MatMul", "Split"],
  ...["Squeeze", "Mul", "Softmax", "Erf", "Slice", "Gather", "ReduceMean", "Gemm"],
];
const DETECTOR = [
  ...["Conv", "Sigmoid", "Mul", "Split", "Add", "Concat", "MaxPool", "Resize", "Reshape", "Transpose", "Softmax"],
  ...["Slice", "Sub", "Div"],
];

/**
 * Kinds of models: operators that they have, and the most bytes that a page may download with one thread, 1 % above what
 * was measured. A page should not wait for the runtime, only for the weights; onnxruntime-web is 14 MB.
 */
export const MODELS = {
  "a convolutional classifier (ResNet, EfficientNet)": {
    operators: CLASSIFIER,
    limits: { raw: 104_800, gzip: 40_800, brotli: 37_300 },
  },
  "a transformer (ViT, Swin)": {
    operators: TRANSFORMER,
    limits: { raw: 118_500, gzip: 46_400, brotli: 42_600 },
  },
  "a transformer's blocks over images (ConvNeXt)": {
    operators: ["GlobalAveragePool", ...TRANSFORMER],
    limits: { raw: 122_300, gzip: 48_100, brotli: 44_100 },
  },
  "a detector (YOLOv8)": { operators: DETECTOR, limits: { raw: 132_100, gzip: 52_400, brotli: 48_000 } },
  "any model": { operators: ["Sin"], limits: { raw: 162_500, gzip: 65_700, brotli: 60_400 } },
};

const ENTRIES = {
  "the runtime": "size/runtime.mjs",
  "with loadClassifier and its image decoders": "size/classifier.mjs",
};

const KERNELS = /\/kernels\/built\/(?:plain|relaxed)(?<shared>-shared)?(?:-(?<set>sequences|usual|all))?\.(?:js|ts)$/;
const GROUP = /\/wasm\/groups\/(?<name>[a-z-]+)\.(?:js|ts)$/;

/** The files that the page or one of its modules loads at once. */
function withImports(files, names) {
  const found = new Set(names);
  for (const name of found) for (const next of files.find((file) => file.name === name).imports) found.add(next);
  return found;
}

/** The files of a match's modules, by what `pattern` captures. */
function filesOf(files, pattern) {
  return files.flatMap((file) =>
    file.modules.flatMap((id) => {
      const match = pattern.exec(id);
      return match ? [{ file, ...match.groups }] : [];
    }),
  );
}

/** `convTranspose` is in `conv-transpose`. */
function fileName(group) {
  return group.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * Measures what a page that imports `entry` downloads for each kind of model with one thread: of the kernels' variants only
 * the larger one.
 *
 * @throws Error when the bundler did not keep the variants separate, so that a page downloads several.
 */
export async function downloadSizes(entry) {
  const files = await bundle(fileURLToPath(new URL(entry, import.meta.url)));
  const variants = filesOf(files, KERNELS);
  if (variants.length !== 16 || variants.some(({ file }) => file.modules.length !== 1)) {
    const found = variants.map(({ file }) => `${file.name} of ${file.modules.length} modules`).join(", ") || "none";
    throw new Error(`expected sixteen files with one variant of the kernels each; got ${found}`);
  }
  const groups = filesOf(files, GROUP);
  const measure = ({ operators }) => {
    const nodes = operators.map((op) => ({ op, inputs: [], outputs: [] }));
    const needs = needsOf({ inputs: [], outputs: [], nodes, initializers: new Map() });
    const modules = needs.groups.map((group) => groups.find(({ name }) => name === fileName(group)).file.name);
    const atOnce = withImports(files, ["page.js", ...modules]);
    const [kernels] = variants
      .filter(({ set = "common", shared }) => set === needs.kernels && shared === undefined)
      .toSorted((a, b) => b.file.bytes.length - a.file.bytes.length);
    return weigh([...files.filter(({ name }) => atOnce.has(name)), kernels.file].map(({ bytes }) => bytes));
  };
  return Object.fromEntries(Object.entries(MODELS).map(([name, model]) => [name, measure(model)]));
}

/** Lists the sizes that exceed their limits, one line each. */
export function excesses(sizes, limits) {
  return Object.entries(limits)
    .filter(([kind, limit]) => !(sizes[kind] <= limit))
    .map(([kind, limit]) => `${kind}: ${sizes[kind]} bytes; at most ${limit}`);
}

const README = new URL("../packages/runtime-smyd/README.md", import.meta.url);

/** Writes the measured sizes into the table of the package's README. */
function writeTable(measured) {
  const kilobytes = (bytes) => `${Math.ceil(bytes / 1000)} KB`;
  const rows = Object.keys(MODELS).map((name) => {
    const cells = measured.map((sizes) => `${kilobytes(sizes[name].raw)}, ${kilobytes(sizes[name].gzip)} compressed`);
    return `| ${[name, ...cells].join(" | ")} |`;
  });
  const head = `| for | ${Object.keys(ENTRIES).join(" | ")} |\n| --- | --- | --- |`;
  const text = readFileSync(README, "utf8");
  const [before, after] = [text.split("<!-- sizes -->\n")[0], text.split("<!-- /sizes -->\n")[1]];
  if (after === undefined) throw new Error("the README has no table of sizes");
  writeFileSync(README, `${before}<!-- sizes -->\n\n${head}\n${rows.join("\n")}\n\n<!-- /sizes -->\n${after}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const measured = [];
  for (const [entry, path] of Object.entries(ENTRIES)) {
    const sizes = await downloadSizes(path);
    measured.push(sizes);
    console.log(`${entry}, for`);
    for (const [name, { limits }] of Object.entries(MODELS)) {
      const kilobytes = Object.entries(sizes[name]).map(([kind, bytes]) => `${kind} ${(bytes / 1000).toFixed(1)} KB`);
      console.log(`  ${name}: ${kilobytes.join(", ")}`);
      if (entry !== "the runtime") continue;
      for (const line of excesses(sizes[name], limits)) {
        console.error(`for ${name}, ${line}`);
        process.exitCode = 1;
      }
    }
  }
  if (process.argv.includes("--write")) writeTable(measured);
}
