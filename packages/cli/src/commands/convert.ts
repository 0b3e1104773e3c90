import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "@samoyed/core";
import {
  FORMATS,
  type ConvertModelReport,
  type ConvertReport,
  type Format,
  type TfjsOptions,
  type WrittenFile,
} from "@samoyed/convert";
import { addSelfTest, requireSmyd } from "../add-self-test.ts";
import { columns, formatBytes } from "../columns.ts";
import type { Command, Context, Result, Values } from "../command.ts";
import { convertFile, convertModelFile, modelFormat } from "@samoyed/convert/node";
import { namedModel } from "../named-model.ts";
import { PREPROCESS_OPTIONS, preprocessOverrides } from "../preprocess-options.ts";
import { printableLine } from "../printable.ts";
import { readLabels } from "../read.ts";
import { resolveSource } from "../resolve-source.ts";
import { startProgress } from "../progress.ts";
import { paint, type Terminal } from "../terminal.ts";
import { choice, flag, list, one, text } from "../values.ts";
import { WEIGHTS } from "../weights.ts";

function formatsOf(names: readonly string[]): readonly Format[] {
  return names.map((name) => {
    const found = FORMATS.find((format) => format === name);
    if (found === undefined) throw new UsageError(`--to got ${JSON.stringify(name)}; expected ${FORMATS.join(", ")}`);
    return found;
  });
}

/** The files that a person opens: of a folder of weights only its model.json, with the size of all. */
function entryFiles(files: readonly WrittenFile[]): readonly WrittenFile[] {
  return files
    .filter(({ file }) => !file.endsWith(".bin"))
    .map((entry) => {
      if (entry.format !== "tfjs") return entry;
      const own = files.filter(({ format }) => format === "tfjs");
      return { ...entry, byteLength: own.reduce((sum, { byteLength }) => sum + byteLength, 0) };
    });
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
    ...(contract.license ? [["licence", contract.license]] : []),
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

/**
 * What a TensorFlow.js model is to be like.
 *
 * @throws UsageError when none is written and something is said of it.
 */
function tfjsOptions(values: Values, formats: readonly Format[]): TfjsOptions {
  const unused = ["layout", "tfjs-group-budget"].find((name) => values[name] !== undefined);
  if (unused !== undefined && !formats.includes("tfjs")) {
    throw new UsageError(`--${unused} is for TensorFlow.js models, and none is written`, {
      hint: `Add it: --to ${[...formats, "tfjs"].join(",")}`,
    });
  }
  const budget = text(values, "tfjs-group-budget");
  const groupBudget = budget === undefined ? undefined : Number(budget);
  if (groupBudget !== undefined && !(groupBudget >= 0 && budget?.trim() !== "")) {
    throw new UsageError(
      `--tfjs-group-budget got ${JSON.stringify(budget)}; expected 0 or more, such as 0.1 for a tenth`,
    );
  }
  return { layout: choice(values, "layout", ["nchw", "nhwc"]), ...(groupBudget === undefined ? {} : { groupBudget }) };
}

/** What a model brings itself. */
const CHECKPOINT_OPTIONS = ["model", "labels", "features", "taps", ...Object.keys(PREPROCESS_OPTIONS)];

/** A model as SOURCE: its graph goes as it is, its contract with it. */
async function convertModel(path: string, values: Values, { terminal, signal }: Context): Promise<Result> {
  const unused = CHECKPOINT_OPTIONS.find((name) => values[name] !== undefined && values[name] !== false);
  if (unused !== undefined) {
    throw new UsageError(`--${unused} is for checkpoints; ${path} is a model that says so itself`);
  }
  const out = text(values, "out") ?? ".";
  const formats = formatsOf(list(values, "to"));
  const from = modelFormat(path)!;
  // A .smyd file becomes one again: of the version that is written now, or with other weights.
  const others = FORMATS.filter((format) => format !== from || from === "smyd");
  if (formats.length === 0 || formats.some((format) => !others.includes(format))) {
    const article = from === "onnx" ? "an ONNX" : `a .${from}`;
    throw new UsageError(`${path} is ${article} model already; --to names what it becomes: ${others.join(", ")}`, {
      hint: `samoyed convert ${path} --to ${others[0]}`,
    });
  }
  const withSelfTest = requireSmyd(flag(values, "self-test"), formats);
  const tfjs = tfjsOptions(values, formats);
  const progress = startProgress(terminal, "bytes");
  try {
    const converted: ConvertModelReport = await convertModelFile(path, {
      formats,
      outDir: out,
      weights: choice(values, "weights", WEIGHTS),
      tfjs,
      fold: !flag(values, "no-fold"),
      signal,
      onProgress: ({ file, done, total }) => progress.update(`writing ${file}`, done, total),
    });
    progress.stop();
    const files = withSelfTest ? await addSelfTest(converted.files, { out, signal }) : converted.files;
    const report = { ...converted, files };
    const rows = [
      ["model", report.model],
      ...(report.contract
        ? []
        : [[paint(terminal, "yellow", "note"), "It has no contract: how images are prepared is not known."]]),
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

export const convert: Command = {
  name: "convert",
  summary: "a PyTorch checkpoint becomes a model file for JavaScript",
  usage: "SOURCE [--to onnx,tfjs,smyd] [--out DIR]",
  options: {
    model: {
      type: "string",
      value: "NAME",
      description: "the network, by timm's name (default: recognised from the tensors)",
    },
    to: {
      type: "string",
      multiple: true,
      value: "FORMAT,…",
      description: `what to write: ${FORMATS.join(", ")} (default: onnx)`,
    },
    out: { type: "string", value: "DIR", description: "where to write (default: this folder)" },
    labels: { type: "string", value: "FILE", description: "class names, one a line, to travel in the model" },
    weights: {
      type: "string",
      value: "TYPE",
      description: "float32 (default), or float16 for half the size; for tfjs also uint8, uint16, for smyd int8",
    },
    features: { type: "boolean", description: "give pooled features, not logits: MODEL.features.onnx" },
    taps: { type: "boolean", description: "also give the output of every stage" },
    "no-fold": { type: "boolean", description: "keep batch norms as they are" },
    layout: { type: "string", value: "LAYOUT", description: "images that a tfjs model takes: nchw (default) or nhwc" },
    "tfjs-group-budget": {
      type: "string",
      value: "SHARE",
      description: "by how much grouped convolutions may enlarge a tfjs model to be faster (default: 0.1)",
    },
    "self-test": {
      type: "boolean",
      description: "record in a .smyd model what it answers, for machines to test themselves",
    },
    ...PREPROCESS_OPTIONS,
    "accept-license": { type: "boolean", description: "accept the licence of a published checkpoint" },
  },
  examples: [
    "samoyed convert resnext.pth --to onnx --out models",
    "samoyed convert ssl_resnext101_32x16d --accept-license --labels imagenet_classes.txt",
    "samoyed convert resnext.pth --to onnx,tfjs --out models",
    "samoyed convert resnext.onnx --to tfjs --weights uint8 --layout nhwc",
    "samoyed convert resnext.pth --to smyd --weights int8",
    "samoyed convert resnext.smyd --to onnx",
    "samoyed convert finetuned.pth --labels labels.txt --size 96 --interpolation bicubic --weights float16",
  ],
  async run(args, values, context) {
    const { terminal, signal } = context;
    const given = one(args, "SOURCE: a file, or a published name");
    if (modelFormat(given) !== undefined && existsSync(given)) return convertModel(given, values, context);
    const out = text(values, "out") ?? ".";
    const weights = choice(values, "weights", WEIGHTS);
    const preprocess = preprocessOverrides(values);
    const formats = formatsOf(values["to"] === undefined ? ["onnx"] : list(values, "to"));
    const withSelfTest = requireSmyd(flag(values, "self-test"), formats);
    const tfjs = tfjsOptions(values, formats);
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
        formats,
        outDir: out,
        weights,
        tfjs,
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
      const files = withSelfTest ? await addSelfTest(converted.files, { out, signal }) : converted.files;
      const report = { ...converted, files };
      return { json: { out, ...report }, text: describe(report, { out, terminal }) };
    } finally {
      progress.stop();
    }
  },
};
