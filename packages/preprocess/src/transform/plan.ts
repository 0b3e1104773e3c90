import { type PreprocessConfig, ShapeError } from "@samoyed/core";

import type { Box, Size } from "../image.ts";
import type { Interpolation } from "../resize/filters.ts";
import type { TransformGeometry } from "./geometry.ts";
import { roundHalfEven } from "./round.ts";

/** The steps for an image of one size. */
export interface TransformPlan {
  readonly geometry: TransformGeometry;
  readonly interpolation: Interpolation;
  /** RGB of the canvas around the kept part. */
  readonly fill: readonly [number, number, number];
}

/** Settings of a plan. */
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
export function planTransform(config: PlanConfig, { width, height }: Size): TransformPlan {
  const image = { width, height };
  const trim = trimBorder(image, config.cropBorderPixels);
  const target = {
    width: Math.floor(config.width / config.cropPct),
    height: Math.floor(config.height / config.cropPct),
  };
  const { interpolation, ...resized } = resizedSize(config, trim, target);
  if (Math.min(resized.width, resized.height, target.width, target.height) < 1) {
    throw new ShapeError(
      `image of ${trim.width}×${trim.height} pixels would be resized to ${resized.width}×${resized.height}; expected at least 1×1`,
    );
  }
  const across = centerCrop(resized.width, config.width);
  const down = centerCrop(resized.height, config.height);
  // Pillow clips colors to bytes.
  const channel = (index: number): number =>
    config.cropMode === "border" ? Math.min(Math.max(roundHalfEven(255 * config.mean[index]!), 0), 255) : 0;
  return {
    geometry: {
      image,
      trim,
      resized,
      crop: { x: across.from, y: down.from, width: across.size, height: down.size },
      canvas: { x: across.to, y: down.to, width: config.width, height: config.height },
    },
    interpolation,
    fill: [channel(0), channel(1), channel(2)],
  };
}

/** timm's `TrimBorder`. (Its corner is limited by the image's height on both axes, which only empty images could show.) */
function trimBorder({ width, height }: Size, border: number): Box {
  const trimmed = { x: border, y: border, width: width - 2 * border, height: height - 2 * border };
  if (trimmed.width < 1 || trimmed.height < 1) {
    throw new ShapeError(`image of ${width}×${height} pixels has nothing left without borders of ${border} pixels`);
  }
  return trimmed;
}

function resizedSize(config: PlanConfig, from: Size, target: Size): Size & { readonly interpolation: Interpolation } {
  const { cropMode, interpolation } = config;
  if (cropMode === "squash") return { ...target, interpolation };
  if (cropMode === "border") {
    return { ...keepRatio(from, Math.max(from.height / target.height, from.width / target.width)), interpolation };
  }
  if (target.width !== target.height) {
    // timm does not pass its interpolation on here, and ResizeKeepRatio's default is bilinear.
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
function keepRatio({ width, height }: Size, ratio: number): Size {
  return { width: roundHalfEven(width / ratio), height: roundHalfEven(height / ratio) };
}

/**
 * Along one side: the part of `size` that a crop to `wanted` keeps, and its offset in the crop. A smaller image is padded
 * to `wanted`, the odd pixel going after it, as in torchvision's and timm's center crop.
 */
function centerCrop(size: number, wanted: number): { from: number; to: number; size: number } {
  if (size < wanted) return { from: 0, to: Math.floor((wanted - size) / 2), size };
  return { from: roundHalfEven((size - wanted) / 2), to: 0, size: wanted };
}
