import { fileSink } from "@samoyed/core/node";
import { type PreprocessConfig, UsageError, encodeNpy } from "@samoyed/core";
import { findModel } from "@samoyed/models";
import { preprocessImage, resolveDataConfig } from "@samoyed/preprocess";
import type { Command, Values } from "../command.ts";
import { readWhole } from "../read.ts";
import { choice, one, text } from "../values.ts";
import { writeWhole } from "../write.ts";

const INTERPOLATIONS = ["bicubic", "bilinear", "box", "hamming", "lanczos", "nearest"] as const;
const CROP_MODES = ["center", "squash", "border"] as const;

function numbers(values: Values, name: string): number[] | undefined {
  const given = text(values, name);
  if (given === undefined) return undefined;
  const parsed = given.split(",").map(Number);
  if (parsed.some((value) => !Number.isFinite(value)) || given.trim() === "") {
    throw new UsageError(`--${name} got ${JSON.stringify(given)}; expected numbers separated by commas`);
  }
  return parsed;
}

/** The model's preprocessing, with what the flags override (timm's precedence: arguments, then the model, then the default). */
export function configFrom(values: Values): PreprocessConfig {
  const model = text(values, "model");
  const size = numbers(values, "size");
  const cropPct = numbers(values, "crop-pct")?.[0];
  const mean = numbers(values, "mean");
  const std = numbers(values, "std");
  return resolveDataConfig(
    {
      ...(size ? { inputSize: [3, size[0]!, size[1] ?? size[0]!] as const } : {}),
      ...(text(values, "interpolation") ? { interpolation: choice(values, "interpolation", INTERPOLATIONS) } : {}),
      ...(text(values, "crop-mode") ? { cropMode: choice(values, "crop-mode", CROP_MODES) } : {}),
      ...(cropPct === undefined ? {} : { cropPct }),
      ...(mean ? { mean } : {}),
      ...(std ? { std } : {}),
    },
    model === undefined ? undefined : findModel(model).preprocess,
  );
}

export const preprocess: Command = {
  name: "preprocess",
  summary: "image to the exact input tensor, as a .npy file",
  usage: "IMAGE --out FILE.npy [--model NAME]",
  options: {
    model: { type: "string", value: "NAME", description: "take the preprocessing of this model" },
    out: { type: "string", value: "FILE.npy", description: "where to write float32 [3, H, W]" },
    size: { type: "string", value: "N or H,W", description: "input size in pixels" },
    interpolation: { type: "string", value: "NAME", description: INTERPOLATIONS.join(", ") },
    "crop-pct": { type: "string", value: "X", description: "share of the resized image that the crop keeps" },
    "crop-mode": { type: "string", value: "NAME", description: CROP_MODES.join(", ") },
    mean: { type: "string", value: "R,G,B", description: "per channel, of values from 0 to 1" },
    std: { type: "string", value: "R,G,B", description: "per channel" },
  },
  examples: [
    "samoyed preprocess dog.jpg --model ssl_resnext101_32x16d --out dog.npy",
    "samoyed preprocess dog.jpg --size 96 --interpolation bicubic --out dog.npy",
  ],
  async run(args, values, { signal }) {
    const image = one(args, "IMAGE");
    const out = text(values, "out");
    if (out === undefined) throw new UsageError("preprocess needs --out FILE.npy");
    const config = configFrom(values);
    const tensor = preprocessImage(await readWhole(image, signal), config);
    await writeWhole(await fileSink(out), encodeNpy(tensor));
    return {
      json: { out, dtype: tensor.dtype, shape: tensor.shape, config },
      text: `${out}: float32 [${tensor.shape.join(", ")}]`,
    };
  },
};
