import { join } from "node:path";
import { isOfTask, UsageError } from "@samoyed/core";
import { type ConvertModelReport, FORMATS, WEIGHT_TYPES } from "@samoyed/convert";
import { convertModelFile, modelFormat } from "@samoyed/convert/node";
import type { Format, SourceFormat } from "@samoyed/graph";
import { columns } from "../columns.ts";
import type { Context, Result, Values } from "../command.ts";
import { readFormatOptions } from "../format-options.ts";
import { readPreprocess } from "../preprocess/read-preprocess.ts";
import { startProgress } from "../progress.ts";
import { readLabels } from "../read.ts";
import { paint, type Terminal } from "../terminal.ts";
import { choice, flag, list, text } from "../values.ts";
import { WEIGHTS_OPTIONS } from "../weights-options.ts";
import { formatsOf, NAMES } from "./formats-asked.ts";
import { preprocessingText } from "./preprocessing-text.ts";
import { shapeOption } from "./shape-option.ts";
import { valueOption } from "./value-option.ts";
import { describeFiles, entryFiles, finish, storageText } from "./written-files.ts";

/** Options for checkpoints only: a graph has these settings itself. */
const CHECKPOINT_OPTIONS = ["model", "features", "taps", "assume", ...Object.keys(WEIGHTS_OPTIONS)];

/**
 * The formats that a model becomes. One that is only read, and one that is completed or gets fixed sizes or values,
 * becomes the first format that is written, as a checkpoint does; only the latter may stay in its format.
 */
function targets(
  values: Values,
  { path, from, changes }: { readonly path: string; readonly from: SourceFormat; readonly changes: boolean },
): readonly Format[] {
  const given = formatsOf(list(values, "to"));
  const formats = given.length === 0 && (changes || !NAMES.includes(from.name)) ? FORMATS.slice(0, 1) : given;
  const possible = NAMES.filter((name) => changes || name !== from.name || from.renews === true);
  if (formats.length === 0 || formats.some(({ name }) => !possible.includes(name))) {
    throw new UsageError(`${path} is ${from.noun} already; --to names what it becomes: ${possible.join(", ")}`, {
      hint: `samoyed convert ${path} --to ${possible[0]}`,
    });
  }
  return formats;
}

function describe(report: ConvertModelReport, { out, terminal }: { out: string; terminal: Terminal }): string {
  const { contract, files, warnings } = report;
  const note = paint(terminal, "yellow", "note");
  const rows = [
    ["model", report.model],
    ...(contract
      ? [["preprocessing", preprocessingText(contract)]]
      : [
          [
            note,
            "It has no contract: how images are prepared is not known. --labels, --size, --mean, --std, … give it one.",
          ],
        ]),
    ["weights", storageText(report.storage)],
    ...warnings.map((warning) => [note, warning]),
    ["time", `${(report.milliseconds.total / 1000).toFixed(2)} s`],
  ];
  const [first] = entryFiles(files);
  const next =
    contract && isOfTask(contract, "logits") && first
      ? `\n\nnext: samoyed classify ${join(out, first.file)} IMAGE`
      : "";
  return `${describeFiles(files, { out, terminal })}\n\n${columns(rows)}${next}`;
}

/** A model as SOURCE: its graph as it is, its contract with it; one without gets what the options say. */
export async function convertModel(path: string, values: Values, { terminal, signal }: Context): Promise<Result> {
  const unused = CHECKPOINT_OPTIONS.find((name) => values[name] !== undefined && values[name] !== false);
  if (unused !== undefined) {
    throw new UsageError(`--${unused} is for checkpoints; ${path} is a model that says so itself`);
  }
  const out = text(values, "out") ?? ".";
  const preprocess = await readPreprocess(values);
  const labelFile = text(values, "labels");
  const sizes = shapeOption(values);
  const inputValues = valueOption(values);
  const describes = labelFile !== undefined || Object.keys(preprocess).length > 0;
  const changes = describes || sizes.size > 0 || inputValues.size > 0;
  const formats = targets(values, { path, from: modelFormat(path)!, changes });
  const { formatOptions, afterwards } = readFormatOptions(values, formats);
  const labels = labelFile === undefined ? undefined : await readLabels(labelFile);
  const progress = startProgress(terminal, "bytes");
  try {
    const converted: ConvertModelReport = await convertModelFile(path, {
      formats: formats.map(({ name }) => name),
      outDir: out,
      ...(text(values, "weights") !== undefined && { weights: choice(values, "weights", WEIGHT_TYPES) }),
      formatOptions,
      fold: !flag(values, "no-fold"),
      signal,
      sizes,
      values: inputValues,
      strict: flag(values, "strict"),
      allowDamaged: flag(values, "allow-damaged"),
      ...(labels && { labels }),
      ...(describes && { preprocess }),
      onProgress: ({ file, done, total }) => progress.update(`writing ${file}`, done, total),
    });
    progress.stop();
    const files = await finish(converted.files, { afterwards, out, signal });
    const report = { ...converted, files };
    return { json: { out, ...report }, text: describe(report, { out, terminal }) };
  } finally {
    progress.stop();
  }
}
