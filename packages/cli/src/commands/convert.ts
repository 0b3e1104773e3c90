import { join } from "node:path";
import { UsageError } from "@samoyed/core";
import { FORMATS, type ConvertReport, type Format } from "@samoyed/convert";
import { columns, formatBytes } from "../columns.ts";
import type { Command } from "../command.ts";
import { convertFile } from "@samoyed/convert/node";
import { PREPROCESS_OPTIONS, preprocessOverrides } from "../preprocess-options.ts";
import { readLabels } from "../read.ts";
import { resolveSource } from "../resolve-source.ts";
import { startProgress } from "../progress.ts";
import { paint, type Terminal } from "../terminal.ts";
import { choice, flag, list, one, text } from "../values.ts";

function formatsOf(names: readonly string[]): readonly Format[] {
  return names.map((name) => {
    const found = FORMATS.find((format) => format === name);
    if (found === undefined) throw new UsageError(`--to got ${JSON.stringify(name)}; expected ${FORMATS.join(", ")}`);
    return found;
  });
}

function describe(report: ConvertReport, { out, terminal }: { out: string; terminal: Terminal }): string {
  const { contract, rewrites } = report;
  const applied = rewrites.filter((entry) => entry.applied > 0).map((entry) => `${entry.rewrite} ${entry.applied}`);
  const { preprocess } = contract;
  const rows = [
    ["model", `${report.model}, ${contract.task === "features" ? "pooled features" : `${report.numClasses} classes`}`],
    [
      "preprocessing",
      `${preprocess.inputSize.slice(1).join("×")}, ${preprocess.interpolation}, crop ${preprocess.cropPct} ${preprocess.cropMode}`,
    ],
    ...(contract.license ? [["licence", contract.license]] : []),
    ...(report.unwrapped.length > 0 ? [["unwrapped", report.unwrapped.join(", ")]] : []),
    ...(applied.length > 0 ? [["rewrites", applied.join(", ")]] : []),
    ["time", `${(report.milliseconds.total / 1000).toFixed(2)} s`],
    ...report.warnings.map((warning) => [paint(terminal, "yellow", "note"), warning]),
  ];
  const files = report.files.map(
    ({ file, byteLength }) => `${paint(terminal, "bold", join(out, file))}  ${formatBytes(byteLength)}`,
  );
  const [first] = report.files;
  const next = contract.task === "logits" && first ? `\n\nnext: samoyed classify ${join(out, first.file)} IMAGE` : "";
  return `${files.join("\n")}\n\n${columns(rows)}${next}`;
}

export const convert: Command = {
  name: "convert",
  summary: "a PyTorch checkpoint becomes a model file for JavaScript",
  usage: "SOURCE [--to onnx] [--out DIR]",
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
    weights: { type: "string", value: "TYPE", description: "float32 (default), or float16 for half the size" },
    features: { type: "boolean", description: "give pooled features, not logits" },
    taps: { type: "boolean", description: "also give the output of every stage" },
    "no-fold": { type: "boolean", description: "keep batch norms as they are" },
    ...PREPROCESS_OPTIONS,
    "accept-license": { type: "boolean", description: "accept the licence of a published checkpoint" },
  },
  examples: [
    "samoyed convert resnext.pth --to onnx --out models",
    "samoyed convert ssl_resnext101_32x16d --accept-license --labels imagenet_classes.txt",
    "samoyed convert finetuned.pth --labels labels.txt --size 96 --interpolation bicubic --weights float16",
  ],
  async run(args, values, context) {
    const { terminal, signal } = context;
    const given = one(args, "SOURCE: a file, or a published name");
    const out = text(values, "out") ?? ".";
    const weights = choice(values, "weights", ["float32", "float16"]);
    const preprocess = preprocessOverrides(values);
    const formats = formatsOf(values["to"] === undefined ? ["onnx"] : list(values, "to"));
    const labelFile = text(values, "labels");
    const labels = labelFile === undefined ? undefined : await readLabels(labelFile);
    const source = await resolveSource(given, { accepted: flag(values, "accept-license"), context });
    const model = text(values, "model") ?? source.model;
    const progress = startProgress(terminal, "bytes");
    try {
      const report = await convertFile(source.path, {
        formats,
        outDir: out,
        weights,
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
      return { json: { out, ...report }, text: describe(report, { out, terminal }) };
    } finally {
      progress.stop();
    }
  },
};
