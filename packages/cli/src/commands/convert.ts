import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "@samoyed/core";
import { type ConvertReport, FORMATS, SOURCE_FORMATS, WEIGHT_TYPES } from "@samoyed/convert";
import { ASSUMPTION_OPTIONS, assumptionOptions } from "../assumption-options.ts";
import { assumptionRows } from "../assumption-rows.ts";
import { classesText } from "../classes-text.ts";
import { columns } from "../columns.ts";
import type { Command, Values } from "../command.ts";
import { convertFile, modelFormat } from "@samoyed/convert/node";
import { convertModel } from "../convert/convert-model.ts";
import { preprocessingText } from "../convert/preprocessing-text.ts";
import { formatsOf, NAMES } from "../convert/formats-asked.ts";
import { describeFiles, entryFiles, finish, storageText } from "../convert/written-files.ts";
import { FORMAT_OPTIONS, readFormatOptions } from "../format-options.ts";
import { namedModel } from "../named-model.ts";
import { PREPROCESS_OPTIONS } from "../preprocess/options.ts";
import { readPreprocess } from "../preprocess/read-preprocess.ts";
import { printableLine } from "../printable.ts";
import { readLabels } from "../read.ts";
import { resolveSource } from "../resolve-source.ts";
import { startProgress } from "../progress.ts";
import { paint, type Terminal, textWidth } from "../terminal.ts";
import { WEIGHTS_OPTIONS, weightsOptions } from "../weights-options.ts";
import { choice, flag, list, one, text } from "../values.ts";

function describe(report: ConvertReport, { out, terminal }: { out: string; terminal: Terminal }): string {
  const { contract, rewrites } = report;
  const applied = rewrites.filter((entry) => entry.applied > 0).map((entry) => `${entry.rewrite} ${entry.applied}`);
  const recorded = Object.entries(report.recorded).map(([field, value]) => `${field} ${value}`);
  const rows = [
    ["model", `${report.model}, ${contract.task === "features" ? "pooled features" : classesText(report.numClasses)}`],
    ["preprocessing", preprocessingText(contract)],
    ["weights", storageText(report.storage)],
    ...(contract.license ? [["license", contract.license]] : []),
    ...(report.unwrapped.length > 0 ? [["unwrapped", report.unwrapped.join(", ")]] : []),
    ...(recorded.length > 0 ? [["from the file", printableLine(recorded.join(", "))]] : []),
    ...(applied.length > 0 ? [["rewrites", applied.join(", ")]] : []),
    ["time", `${(report.milliseconds.total / 1000).toFixed(2)} s`],
    ...assumptionRows(report.assumptions, terminal),
    ...report.warnings.map((warning) => [paint(terminal, "yellow", "note"), warning]),
  ];
  const [first] = entryFiles(report.files);
  // Images of other channels are no files that classify reads.
  const readable = [1, 3].includes(contract.preprocess.inputSize[0]);
  const next =
    contract.task === "logits" && readable && first ? `\n\nnext: samoyed classify ${join(out, first.file)} IMAGE` : "";
  return `${describeFiles(report.files, { out, terminal })}\n\n${columns(rows, { width: textWidth(terminal) })}${next}`;
}

/** The endings of models with a graph. */
const GRAPHS = SOURCE_FORMATS.filter(({ read }) => read !== undefined)
  .map(({ ending }) => ending)
  .join(", ");

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
  return `${first} (default; weights that a model has in 8 bits stay so where that is exact)${rest.map((type) => `, ${type}`).join("")}${own.join("")}`;
}

export const convert: Command = {
  name: "convert",
  summary: "a PyTorch checkpoint, or a model, becomes a model file for JavaScript",
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
    labels: {
      type: "string",
      value: "FILE",
      description:
        "class names to travel in the model: one a line, numbered, CSV or JSON (default: those in the file, or of the published model)",
    },
    weights: {
      type: "string",
      value: "TYPE",
      description: weightTypesText(),
    },
    shape: {
      type: "string",
      multiple: true,
      value: "NAME=N,…",
      description:
        "of a model with a graph: fixes open sizes of its inputs, by name or as INPUT:AXIS (inspect lists them)",
    },
    value: {
      type: "string",
      multiple: true,
      value: "NAME=N,…",
      description: "of a model with a graph: fixes inputs of one number, such as a sampling rate",
    },
    features: { type: "boolean", description: "give pooled features, not logits: MODEL.features.onnx" },
    taps: { type: "boolean", description: "also give the output of every stage" },
    "no-fold": { type: "boolean", description: "keep batch norms as they are" },
    ...WEIGHTS_OPTIONS,
    ...ASSUMPTION_OPTIONS,
    ...FORMAT_OPTIONS,
    ...PREPROCESS_OPTIONS,
    "allow-damaged": {
      type: "boolean",
      description: "go on where stored checksums do not match: the weights are then not those that were saved",
    },
    "accept-license": { type: "boolean", description: "accept the license of a published checkpoint" },
  },
  examples: [
    "samoyed convert resnext.pth --to onnx --out models",
    "samoyed convert ssl_resnext101_32x16d --accept-license",
    "samoyed convert timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k --to smyd",
    "samoyed convert resnext.pth --to onnx,tfjs --out models",
    "samoyed convert vit.pt2 --to onnx,tfjs",
    "samoyed convert resnext.onnx --to tfjs --weights uint8 --layout nhwc",
    "samoyed convert theirs.onnx --to onnx,smyd --labels labels.txt --mean 0.5,0.5,0.5 --std 0.5,0.5,0.5 --out models",
    "samoyed convert detector.onnx --to smyd --shape batch=1,height=640,width=640",
    "samoyed convert silero_vad.onnx --to tfjs,smyd --shape input:0=1,input:1=512,state:1=1 --value sr=16000",
    "samoyed convert resnext.pth --to smyd --weights int8",
    "samoyed convert resnext.smyd --to onnx",
    "samoyed convert lightning.ckpt --key state_dict --prefix model --ignore 'criterion.*'",
    "samoyed convert finetuned.pth --preprocess torchvision:ResNet50_Weights.IMAGENET1K_V2",
    "samoyed convert grey.pth --model resnet18 --mean 0.5 --std 0.5",
    "samoyed convert finetuned.pth --labels labels.txt --size 96 --interpolation bicubic --weights float16",
  ],
  async run(args, values, context) {
    const { terminal, signal } = context;
    const given = one(args, "SOURCE: a file, or a published name, such as resnet50.a1_in1k or timm/resnet50.a1_in1k");
    if (isModel(given, values)) return convertModel(given, values, context);
    const graphOnly = ["shape", "value"].find((name) => values[name] !== undefined);
    if (graphOnly !== undefined) {
      throw new UsageError(`--${graphOnly} is for models with a graph (${GRAPHS}); ${given} is a checkpoint`, {
        hint: "Give the size of its images: --size.",
      });
    }
    const out = text(values, "out") ?? ".";
    const weights = choice(values, "weights", WEIGHT_TYPES);
    const preprocess = await readPreprocess(values, "any");
    const formats = values["to"] === undefined ? FORMATS.slice(0, 1) : formatsOf(list(values, "to"));
    const { formatOptions, afterwards } = readFormatOptions(values, formats);
    const labelFile = text(values, "labels");
    const labels = labelFile === undefined ? undefined : await readLabels(labelFile);
    const named = text(values, "model");
    // A mistake in the name, before anything is downloaded.
    if (named !== undefined) await namedModel(named);
    const source = await resolveSource(given, { accepted: flag(values, "accept-license"), context });
    const model = named ?? source.model;
    const progress = startProgress(terminal, "bytes");
    try {
      const converted = await convertFile(source.path, {
        formats: formats.map(({ name }) => name),
        outDir: out,
        weights,
        formatOptions,
        allowDamaged: flag(values, "allow-damaged"),
        features: flag(values, "features"),
        taps: flag(values, "taps"),
        fold: !flag(values, "no-fold"),
        signal,
        ...(model === undefined ? {} : { model }),
        ...weightsOptions(values),
        ...assumptionOptions(values),
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
