import { type PadRule, type PreprocessConfig, type Resampler, type ResizeRule, ShapeError } from "@samoyed/core";

import type { Box, Size } from "../image.ts";
import type { Interpolation } from "../resize/filters.ts";
import type { TransformGeometry } from "./geometry.ts";
import type { RareTransform } from "./rare-transform.ts";
import { roundHalfEven } from "./round.ts";
import { shortestSize } from "./shortest-size.ts";

/** The steps for an image of one size. */
export interface TransformPlan {
  readonly geometry: TransformGeometry;
  readonly interpolation: Interpolation;
  /** RGB of the canvas around the kept part, bytes. */
  readonly fill: readonly number[];
}

/** One side of a crop: the first pixel that is kept, its place in the input, and how many are kept. */
interface Side {
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

/** Settings of a plan. */
export interface PlanConfig {
  readonly height: number;
  readonly width: number;
  readonly interpolation: Interpolation;
  readonly resampler: Resampler;
  readonly cropPct: number;
  readonly cropMode: PreprocessConfig["cropMode"];
  readonly cropBorderPixels: number;
  /** In place of `cropPct` and `cropMode`. */
  readonly resize: ResizeRule | undefined;
  readonly cropRounding: NonNullable<PreprocessConfig["cropRounding"]>;
  /** Where an image is that is smaller than the input. */
  readonly position: NonNullable<PadRule["position"]>;
  /** RGB around it, or one gray, before it is rounded to bytes. */
  readonly fill: readonly number[];
}

/**
 * Plans the evaluation transform for an image's size.
 *
 * @param rare required for a rule in `config.resize`.
 * @throws ShapeError when borders leave nothing of the image, or a side would shrink to nothing.
 * Matches timm 1.0.29, `transforms_imagenet_eval` in timm/data/transforms_factory.py, and torchvision's `Resize` and
 * `CenterCrop`.
 */
export function planTransform(
  config: PlanConfig,
  { width, height }: Size,
  rare: RareTransform | undefined,
): TransformPlan {
  const image = { width, height };
  const trim = trimBorder(image, config.cropBorderPixels);
  const { interpolation, ...resized } =
    config.resize === undefined
      ? timmSize(config, trim)
      : { ...rare!.ruleSize(config.resize, trim, config), interpolation: config.interpolation };
  if (Math.min(resized.width, resized.height) < 1) {
    throw new ShapeError(
      `image of ${trim.width}×${trim.height} pixels would be resized to ${resized.width}×${resized.height}; expected at least 1×1`,
    );
  }
  const { position, cropRounding: rounding } = config;
  const across = cropSide(resized.width, config.width, { share: shareOf(position, "left", "right"), rounding });
  const down = cropSide(resized.height, config.height, { share: shareOf(position, "top", "bottom"), rounding });
  // Pillow clips colors to bytes.
  const channel = (index: number): number =>
    Math.min(Math.max(roundHalfEven(config.fill[index % config.fill.length]!), 0), 255);
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

/** The size that timm resizes to, by `cropPct` and `cropMode`. */
function timmSize(config: PlanConfig, from: Size): Size & { readonly interpolation: Interpolation } {
  const { cropMode, interpolation, cropPct } = config;
  const target = { width: Math.floor(config.width / cropPct), height: Math.floor(config.height / cropPct) };
  // timm divides by these.
  if (Math.min(target.width, target.height) < 1) return { ...target, interpolation };
  if (cropMode === "squash") return { ...target, interpolation };
  if (cropMode === "border") {
    return { ...keepRatio(from, Math.max(from.height / target.height, from.width / target.width)), interpolation };
  }
  if (target.width !== target.height) {
    // timm does not pass its interpolation on here, and ResizeKeepRatio's default is bilinear.
    const ratio = Math.min(from.height / target.height, from.width / target.width);
    return { ...keepRatio(from, ratio), interpolation: "bilinear" };
  }
  return { ...shortestSize(from, target.width), interpolation };
}

/** timm's `ResizeKeepRatio`. */
function keepRatio({ width, height }: Size, ratio: number): Size {
  return { width: roundHalfEven(width / ratio), height: roundHalfEven(height / ratio) };
}

/**
 * Along one side: the part of `size` that a crop to `wanted` keeps, and its offset in the crop. A larger image keeps its
 * center; a smaller image is placed at a share of the free pixels.
 */
function cropSide(
  size: number,
  wanted: number,
  { share, rounding }: { readonly share: number; readonly rounding: PlanConfig["cropRounding"] },
): Side {
  if (size < wanted) {
    const free = (wanted - size) * share;
    return { from: 0, to: rounding === "floor-ceil" ? Math.ceil(free) : Math.floor(free), size };
  }
  const cut = (size - wanted) / 2;
  return { from: rounding === "half-even" ? roundHalfEven(cut) : Math.floor(cut), to: 0, size: wanted };
}

/** The share of the free pixels before an image: of a position such as `top-left`, by the names of both ends. */
function shareOf(position: string, start: string, end: string): number {
  if (position.includes(start)) return 0;
  return position.includes(end) ? 1 : 0.5;
}
