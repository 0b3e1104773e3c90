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

/** Kinds of models, by the operators that they have. */
const MODELS = {
  "a convolutional classifier (ResNet, EfficientNet)": CLASSIFIER,
  "a transformer (ViT, Swin), or ConvNeXt": ["GlobalAveragePool", ...TRANSFORMER],
  "a detector (YOLOv8)": DETECTOR,
  "any model": ["Sin"],
};

/**
 * What a page imports; the modules that it downloads once an image comes, each a file; and the most bytes that it may
 * download in all with one thread, for each kind of model: 1 % above what was measured, but for transformers 45 KB of the
 * runtime and 60 KB in all, compressed. A page should not wait for the runtime, only for the weights; onnxruntime-web is
 * 14 MB.
 */
export const PAGES = {
  "the runtime": {
    entry: "size/runtime.mjs",
    onDemand: [],
    limits: [
      { raw: 103_300, gzip: 40_200, brotli: 36_700 },
      { raw: 116_300, gzip: 45_000, brotli: 41_300 },
      { raw: 130_400, gzip: 51_700, brotli: 47_400 },
      { raw: 160_800, gzip: 65_100, brotli: 59_800 },
    ],
  },
  "with loadClassifier, and a photograph": {
    entry: "size/classifier.mjs",
    // A JPEG of a camera, which has EXIF data.
    onDemand: [/\/jpeg\/decode-scans\.js$/, /\/preprocess\/dist\/orientation-of\.js$/],
    limits: [
      { raw: 141_700, gzip: 55_500, brotli: 50_100 },
      { raw: 154_700, gzip: 60_000, brotli: 54_700 },
      { raw: 168_800, gzip: 67_100, brotli: 60_800 },
      { raw: 199_100, gzip: 80_400, brotli: 73_200 },
    ],
  },
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
 * Measures what a page downloads for each kind of model with one thread: of the kernels' variants only the larger one.
 *
 * @throws Error when the bundler did not keep the variants separate, so that a page downloads several, or has no file of
 *   what it downloads on demand.
 */
export async function downloadSizes({ entry, onDemand }) {
  const files = await bundle(fileURLToPath(new URL(entry, import.meta.url)));
  const variants = filesOf(files, KERNELS);
  if (variants.length !== 16 || variants.some(({ file }) => file.modules.length !== 1)) {
    const found = variants.map(({ file }) => `${file.name} of ${file.modules.length} modules`).join(", ") || "none";
    throw new Error(`expected sixteen files with one variant of the kernels each; got ${found}`);
  }
  const groups = filesOf(files, GROUP);
  const later = onDemand.map((pattern) => {
    const [found] = filesOf(files, pattern);
    if (found === undefined || found.file.name === "page.js") throw new Error(`no file of its own has ${pattern}`);
    return found.file.name;
  });
  const measure = (operators) => {
    const nodes = operators.map((op) => ({ op, inputs: [], outputs: [] }));
    const needs = needsOf({ inputs: [], outputs: [], nodes, initializers: new Map() });
    const modules = needs.groups.map((group) => groups.find(({ name }) => name === fileName(group)).file.name);
    const names = withImports(files, ["page.js", ...modules, ...later]);
    const [kernels] = variants
      .filter(({ set = "common", shared }) => set === needs.kernels && shared === undefined)
      .toSorted((a, b) => b.file.bytes.length - a.file.bytes.length);
    return weigh([...files.filter(({ name }) => names.has(name)), kernels.file].map(({ bytes }) => bytes));
  };
  return Object.entries(MODELS).map(([model, operators]) => ({ model, ...measure(operators) }));
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
  const rows = Object.keys(MODELS).map((name, index) => {
    const cells = measured.map((sizes) => `${kilobytes(sizes[index].raw)}, ${kilobytes(sizes[index].gzip)} compressed`);
    return `| ${[name, ...cells].join(" | ")} |`;
  });
  const head = `| for | ${Object.keys(PAGES).join(" | ")} |\n| --- | --- | --- |`;
  const text = readFileSync(README, "utf8");
  const [before, after] = [text.split("<!-- sizes -->\n")[0], text.split("<!-- /sizes -->\n")[1]];
  if (after === undefined) throw new Error("the README has no table of sizes");
  writeFileSync(README, `${before}<!-- sizes -->\n\n${head}\n${rows.join("\n")}\n\n<!-- /sizes -->\n${after}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const measured = [];
  for (const [name, page] of Object.entries(PAGES)) {
    const sizes = await downloadSizes(page);
    measured.push(sizes);
    console.log(`${name}, for`);
    for (const [index, { model, ...found }] of sizes.entries()) {
      const kilobytes = Object.entries(found).map(([kind, bytes]) => `${kind} ${(bytes / 1000).toFixed(1)} KB`);
      console.log(`  ${model}: ${kilobytes.join(", ")}`);
      for (const line of excesses(found, page.limits[index])) {
        console.error(`${name}, for ${model}, ${line}`);
        process.exitCode = 1;
      }
    }
  }
  if (process.argv.includes("--write")) writeTable(measured);
}
