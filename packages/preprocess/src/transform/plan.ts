import { type PreprocessConfig, ShapeError } from "@samoyed/core";

import type { Box } from "../image.ts";
import type { Interpolation } from "../resize/filters.ts";
import { roundHalfEven } from "./round.ts";

/** What happens to an image of one size, in this order. All sizes are in pixels. */
export interface TransformPlan {
  /** The part of the input that is used. */
  readonly trim: Box;
  /** What that is resized to. */
  readonly resized: { readonly width: number; readonly height: number; readonly interpolation: Interpolation };
  /** The part of the resized image that is kept. */
  readonly crop: Box;
  /** The input tensor's picture, and where the kept part lies in it. */
  readonly canvas: { readonly width: number; readonly height: number; readonly x: number; readonly y: number };
  /** RGB of the canvas around it. */
  readonly fill: readonly [number, number, number];
}

/** What a plan is made from. */
export interface PlanConfig {
  readonly height: number;
  readonly width: number;
  readonly interpolation: Interpolation;
  readonly cropPct: number;
  readonly cropMode: PreprocessConfig["cropMode"];
  readonly cropBorderPixels: number;
  readonly mean: readonly number[];
}

/**
 * Plans the evaluation transform for an image's size.
 *
 * @throws ShapeError when borders leave nothing of the image, or a side would shrink to nothing.
 * Matches timm 1.0.29, `transforms_imagenet_eval` in timm/data/transforms_factory.py, and torchvision's `Resize` and
 * `CenterCrop`.
 */
export function planTransform(config: PlanConfig, image: { width: number; height: number }): TransformPlan {
  const trim = trimBorder(image, config.cropBorderPixels);
  const target = {
    width: Math.floor(config.width / config.cropPct),
    height: Math.floor(config.height / config.cropPct),
  };
  const resized = resizedSize(config, trim, target);
  if (Math.min(resized.width, resized.height, target.width, target.height) < 1) {
    throw new ShapeError(
      `image of ${trim.width}×${trim.height} pixels would be resized to ${resized.width}×${resized.height}; expected at least 1×1`,
    );
  }
  const across = centerCrop(resized.width, config.width);
  const down = centerCrop(resized.height, config.height);
  // Pillow clips colours to bytes.
  const channel = (index: number): number =>
    config.cropMode === "border" ? Math.min(Math.max(roundHalfEven(255 * config.mean[index]!), 0), 255) : 0;
  return {
    trim,
    resized,
    crop: { x: across.from, y: down.from, width: across.size, height: down.size },
    canvas: { width: config.width, height: config.height, x: across.to, y: down.to },
    fill: [channel(0), channel(1), channel(2)],
  };
}

/** timm's `TrimBorder`. (Its corner is limited by the image's height on both axes, which only empty images could show.) */
function trimBorder({ width, height }: { width: number; height: number }, border: number): Box {
  const trimmed = { x: border, y: border, width: width - 2 * border, height: height - 2 * border };
  if (trimmed.width < 1 || trimmed.height < 1) {
    throw new ShapeError(`image of ${width}×${height} pixels has nothing left without borders of ${border} pixels`);
  }
  return trimmed;
}

function resizedSize(
  config: PlanConfig,
  from: { width: number; height: number },
  target: { width: number; height: number },
): TransformPlan["resized"] {
  const { cropMode, interpolation } = config;
  if (cropMode === "squash") return { ...target, interpolation };
  if (cropMode === "border") {
    return { ...keepRatio(from, Math.max(from.height / target.height, from.width / target.width)), interpolation };
  }
  if (target.width !== target.height) {
    // timm does not hand its interpolation on here, and ResizeKeepRatio's default is bilinear.
    const ratio = Math.min(from.height / target.height, from.width / target.width);
    return { ...keepRatio(from, ratio), interpolation: "bilinear" };
  }
  // torchvision: the shorter side to the target, the longer in proportion, cut to an integer.
  const short = target.width;
  return from.width <= from.height
    ? { width: short, height: Math.trunc((short * from.height) / from.width), interpolation }
    : { width: Math.trunc((short * from.width) / from.height), height: short, interpolation };
}

/** timm's `ResizeKeepRatio`. */
function keepRatio(
  { width, height }: { width: number; height: number },
  ratio: number,
): { width: number; height: number } {
  return { width: roundHalfEven(width / ratio), height: roundHalfEven(height / ratio) };
}

/**
 * Along one side: which part of `size` a crop to `wanted` keeps, and where that lies in the crop. A smaller image is padded
 * to `wanted`, the odd pixel going after it, as in torchvision's and timm's center crop.
 */
function centerCrop(size: number, wanted: number): { from: number; to: number; size: number } {
  if (size < wanted) return { from: 0, to: Math.floor((wanted - size) / 2), size };
  return { from: roundHalfEven((size - wanted) / 2), to: 0, size: wanted };
}
