import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { UsageError } from "@samoyed/core";
import {
  type ConvertModelReport,
  type ConvertReport,
  formatNamed,
  FORMATS,
  WEIGHT_TYPES,
  type WrittenFile,
} from "@samoyed/convert";
import type { Format } from "@samoyed/graph";
import { columns, formatBytes } from "../columns.ts";
import type { Command, Context, Result, Values } from "../command.ts";
import { convertFile, convertModelFile, modelFormat } from "@samoyed/convert/node";
import { FORMAT_OPTIONS, type GivenOptions, readFormatOptions } from "../format-options.ts";
import { namedModel } from "../named-model.ts";
import { PREPROCESS_OPTIONS, preprocessOverrides } from "../preprocess-options.ts";
import { printableLine } from "../printable.ts";
import { readLabels } from "../read.ts";
import { resolveSource } from "../resolve-source.ts";
import { startProgress } from "../progress.ts";
import { paint, type Terminal } from "../terminal.ts";
import { choice, flag, list, one, text } from "../values.ts";

/** The formats' names. */
const NAMES = FORMATS.map(({ name }) => name);

function formatsOf(names: readonly string[]): readonly Format[] {
  return names.map((name) => {
    const found = formatNamed(name);
    if (found === undefined) throw new UsageError(`--to got ${JSON.stringify(name)}; expected ${NAMES.join(", ")}`);
    return found;
  });
}

/** The files that a person opens: of a model that is a folder only its entry, with the size of all. */
function entryFiles(files: readonly WrittenFile[]): readonly WrittenFile[] {
  const shown = new Map<string, WrittenFile>();
  for (const entry of files) {
    const folder = dirname(entry.file);
    const key = folder === "." ? entry.file : folder;
    // Of each format the entry comes first.
    const first = shown.get(key);
    shown.set(key, first === undefined ? entry : { ...first, byteLength: first.byteLength + entry.byteLength });
  }
  return [...shown.values()];
}

function describeFiles(files: readonly WrittenFile[], { out, terminal }: { out: string; terminal: Terminal }): string {
  return entryFiles(files)
    .map(({ file, byteLength }) => `${paint(terminal, "bold", join(out, file))}  ${formatBytes(byteLength)}`)
    .join("\n");
}

function describe(report: ConvertReport, { out, terminal }: { out: string; terminal: Terminal }): string {
  const { contract, rewrites } = report;
  const applied = rewrites.filter((entry) => entry.applied > 0).map((entry) => `${entry.rewrite} ${entry.applied}`);
  const recorded = Object.entries(report.recorded).map(([field, value]) => `${field} ${value}`);
  const { preprocess } = contract;
  const rows = [
    ["model", `${report.model}, ${contract.task === "features" ? "pooled features" : `${report.numClasses} classes`}`],
    [
      "preprocessing",
      `${preprocess.inputSize.slice(1).join("×")}, ${preprocess.interpolation}, crop ${preprocess.cropPct} ${preprocess.cropMode}`,
    ],
    ...(contract.license ? [["license", contract.license]] : []),
    ...(report.unwrapped.length > 0 ? [["unwrapped", report.unwrapped.join(", ")]] : []),
    ...(recorded.length > 0 ? [["from the file", printableLine(recorded.join(", "))]] : []),
    ...(applied.length > 0 ? [["rewrites", applied.join(", ")]] : []),
    ["time", `${(report.milliseconds.total / 1000).toFixed(2)} s`],
    ...report.warnings.map((warning) => [paint(terminal, "yellow", "note"), warning]),
  ];
  const [first] = entryFiles(report.files);
  const next = contract.task === "logits" && first ? `\n\nnext: samoyed classify ${join(out, first.file)} IMAGE` : "";
  return `${describeFiles(report.files, { out, terminal })}\n\n${columns(rows)}${next}`;
}

/** Does what was asked for after writing; gives the files with their new sizes. */
async function finish(
  files: readonly WrittenFile[],
  {
    afterwards,
    out,
    signal,
  }: Pick<GivenOptions, "afterwards"> & { readonly out: string; readonly signal: AbortSignal },
): Promise<readonly WrittenFile[]> {
  if (afterwards.length === 0) return files;
  // An engine, which takes longer to load than a small model to convert.
  const { addSelfTest } = await import("../add-self-test.ts");
  let finished = files;
  for (const { format } of afterwards) finished = await addSelfTest(finished, { format, out, signal });
  return finished;
}

/** Options for checkpoints only: a model brings these settings itself. */
const CHECKPOINT_OPTIONS = ["model", "labels", "features", "taps", ...Object.keys(PREPROCESS_OPTIONS)];

/** A model as SOURCE: its graph goes as it is, its contract with it. */
async function convertModel(path: string, values: Values, { terminal, signal }: Context): Promise<Result> {
  const unused = CHECKPOINT_OPTIONS.find((name) => values[name] !== undefined && values[name] !== false);
  if (unused !== undefined) {
    throw new UsageError(`--${unused} is for checkpoints; ${path} is a model that says so itself`);
  }
  const out = text(values, "out") ?? ".";
  const from = modelFormat(path)!;
  const given = formatsOf(list(values, "to"));
  const written = NAMES.includes(from.name);
  // A format that is only read becomes the first format that is written, as a checkpoint does.
  const formats = given.length === 0 && !written ? FORMATS.slice(0, 1) : given;
  const others = NAMES.filter((name) => name !== from.name || from.renews === true);
  if (formats.length === 0 || formats.some(({ name }) => !others.includes(name))) {
    throw new UsageError(`${path} is ${from.noun} already; --to names what it becomes: ${others.join(", ")}`, {
      hint: `samoyed convert ${path} --to ${others[0]}`,
    });
  }
  const { formatOptions, afterwards } = readFormatOptions(values, formats);
  const progress = startProgress(terminal, "bytes");
  try {
    const converted: ConvertModelReport = await convertModelFile(path, {
      formats: formats.map(({ name }) => name),
      outDir: out,
      weights: choice(values, "weights", WEIGHT_TYPES),
      formatOptions,
      fold: !flag(values, "no-fold"),
      signal,
      onProgress: ({ file, done, total }) => progress.update(`writing ${file}`, done, total),
    });
    progress.stop();
    const files = await finish(converted.files, { afterwards, out, signal });
    const report = { ...converted, files };
    const rows = [
      ["model", report.model],
      ...(report.contract
        ? []
        : [[paint(terminal, "yellow", "note"), "It has no contract: how images are prepared is not known."]]),
      ...report.warnings.map((warning) => [paint(terminal, "yellow", "note"), warning]),
      ["time", `${(report.milliseconds.total / 1000).toFixed(2)} s`],
    ];
    return {
      json: { out, ...report },
      text: `${describeFiles(report.files, { out, terminal })}\n\n${columns(rows)}`,
    };
  } finally {
    progress.stop();
  }
}

/** Whether SOURCE is a model with a graph; a `.pt2` is a checkpoint too, whose weights `--model` names the network of. */
function isModel(path: string, values: Values): boolean {
  const format = modelFormat(path);
  if (format === undefined || !existsSync(path)) return false;
  return NAMES.includes(format.name) || values["model"] === undefined;
}

/** How weights can be stored: what all formats have, then what is particular to each. */
function weightTypesText(): string {
  const common = WEIGHT_TYPES.filter((type) => FORMATS.every(({ weights }) => weights.includes(type)));
  const own = FORMATS.map(({ name, weights }) => ({ name, types: weights.filter((type) => !common.includes(type)) }))
    .filter(({ types }) => types.length > 0)
    .map(({ name, types }) => `; for ${name} also ${types.join(", ")}`);
  const [first, ...rest] = common;
  return `${first} (default)${rest.map((type) => `, ${type}`).join("")}${own.join("")}`;
}

export const convert: Command = {
  name: "convert",
  summary: "a PyTorch checkpoint becomes a model file for JavaScript",
  usage: `SOURCE [--to ${NAMES.join(",")}] [--out DIR]`,
  options: {
    model: {
      type: "string",
      value: "NAME",
      description: "the network, by timm's name (default: recognized from the tensors)",
    },
    to: {
      type: "string",
      multiple: true,
      value: "FORMAT,…",
      description: `what to write: ${NAMES.join(", ")} (default: ${NAMES[0]})`,
    },
    out: { type: "string", value: "DIR", description: "where to write (default: this folder)" },
    labels: { type: "string", value: "FILE", description: "class names, one a line, to travel in the model" },
    weights: {
      type: "string",
      value: "TYPE",
      description: weightTypesText(),
    },
    features: { type: "boolean", description: "give pooled features, not logits: MODEL.features.onnx" },
    taps: { type: "boolean", description: "also give the output of every stage" },
    "no-fold": { type: "boolean", description: "keep batch norms as they are" },
    ...FORMAT_OPTIONS,
    ...PREPROCESS_OPTIONS,
    "accept-license": { type: "boolean", description: "accept the license of a published checkpoint" },
  },
  examples: [
    "samoyed convert resnext.pth --to onnx --out models",
    "samoyed convert ssl_resnext101_32x16d --accept-license --labels imagenet_classes.txt",
    "samoyed convert resnext.pth --to onnx,tfjs --out models",
    "samoyed convert vit.pt2 --to onnx,tfjs",
    "samoyed convert resnext.onnx --to tfjs --weights uint8 --layout nhwc",
    "samoyed convert resnext.pth --to smyd --weights int8",
    "samoyed convert resnext.smyd --to onnx",
    "samoyed convert finetuned.pth --labels labels.txt --size 96 --interpolation bicubic --weights float16",
  ],
  async run(args, values, context) {
    const { terminal, signal } = context;
    const given = one(args, "SOURCE: a file, or a published name");
    if (isModel(given, values)) return convertModel(given, values, context);
    const out = text(values, "out") ?? ".";
    const weights = choice(values, "weights", WEIGHT_TYPES);
    const preprocess = preprocessOverrides(values);
    const formats = values["to"] === undefined ? FORMATS.slice(0, 1) : formatsOf(list(values, "to"));
    const { formatOptions, afterwards } = readFormatOptions(values, formats);
    const labelFile = text(values, "labels");
    const labels = labelFile === undefined ? undefined : await readLabels(labelFile);
    const named = text(values, "model");
    // A mistake in the name, before anything is downloaded.
    if (named !== undefined) namedModel(named);
    const source = await resolveSource(given, { accepted: flag(values, "accept-license"), context });
    const model = named ?? source.model;
    const progress = startProgress(terminal, "bytes");
    try {
      const converted = await convertFile(source.path, {
        formats: formats.map(({ name }) => name),
        outDir: out,
        weights,
        formatOptions,
        features: flag(values, "features"),
        taps: flag(values, "taps"),
        fold: !flag(values, "no-fold"),
        signal,
        ...(model === undefined ? {} : { model }),
        ...(labels ? { labels } : {}),
        ...(Object.keys(preprocess).length > 0 ? { preprocess } : {}),
        onProgress: ({ file, done, total }) => progress.update(`writing ${file}`, done, total),
      });
      progress.stop();
      const files = await finish(converted.files, { afterwards, out, signal });
      const report = { ...converted, files };
      return { json: { out, ...report }, text: describe(report, { out, terminal }) };
    } finally {
      progress.stop();
    }
  },
};
