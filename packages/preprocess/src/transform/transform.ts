import { type PreprocessConfig, type Tensor, UnsupportedError, UsageError } from "@samoyed/core";

import { decodeImage } from "../decode.ts";
import { bytesOf, type ImageBytes, type ImageSource, notAnImage } from "../image-source.ts";
import { type Box, type Image, type RawImage, type Size, toRgb } from "../image.ts";
import { FILTERS } from "../resize/filters.ts";
import { cropImage, resize, resizeInput } from "../resize/resize.ts";
import { DEFAULT_CROP_PCT, IMAGENET_MEAN, IMAGENET_STD } from "./config.ts";
import type { TransformGeometry } from "./geometry.ts";
import { normalizeTables, toTensor } from "./normalize.ts";
import { typeName } from "../type-name.ts";
import { type PlanConfig, planTransform } from "./plan.ts";

/** A model's input, and its place in the source image. */
export interface TransformResult {
  /** float32 [3, height, width]. */
  readonly tensor: Tensor<"float32">;
  /** Maps positions in the tensor back to the image, with `toImagePoint`. */
  readonly geometry: TransformGeometry;
}

/** Makes a model's input: from an encoded file's bytes, or from pixels. */
export type Transform = (image: ImageSource) => TransformResult;

/**
 * The largest input side, in pixels. Published networks take a few hundred; a far larger number is a mistake, and
 * its tensor would not fit in memory.
 */
export const MAX_INPUT_SIDE = 16_384;

/**
 * timm's transform for evaluation: resize, crop and normalize, bit for bit the result of `create_transform(**config)`.
 *
 * Settings that are left out have timm's defaults for this function, which are not those of `resolveDataConfig`: bilinear, 224
 * pixels, 0.875, center, ImageNet's mean and standard deviation.
 *
 * The tensors are float32 [3, height, width], newly allocated at each call. Images whose pixels are given as RGB are not changed.
 *
 * @throws UsageError when the configuration has an unknown name, a size below 1 or above `MAX_INPUT_SIDE`, or values that
 * do not match.
 * @throws UnsupportedError for inputs of other than 3 channels.
 * The transform throws the errors of `decodeImage` and `toRgb`, and ShapeError when an image is too thin to be resized.
 * Matches timm 1.0.29, `create_transform` in timm/data/transforms_factory.py.
 */
export function createTransform(config: Partial<PreprocessConfig> = {}): Transform {
  const plan = checkConfig(config);
  const tables = normalizeTables(plan.mean, config.std ?? IMAGENET_STD);
  return (input) => {
    const bytes = bytesOf(input);
    const image =
      bytes === undefined ? pixelsOf(input) : decodeImage(bytes, { region: (size) => neededBox(plan, size) });
    const { geometry, interpolation, fill } = planTransform(plan, image);
    const { trim, resized, crop, canvas } = geometry;
    const pixels = resize(cropImage(image, trim), { ...resized, interpolation, crop });
    return { tensor: toTensor(pixels, tables, { ...canvas, fill }), geometry };
  };
}

/** The part of an image that its transform reads: the rest need not be decoded. */
function neededBox(config: PlanConfig, size: Size): Box {
  const { geometry, interpolation } = planTransform(config, size);
  const { trim, resized, crop } = geometry;
  const box = resizeInput(trim, { ...resized, interpolation, crop });
  return { ...box, x: box.x + trim.x, y: box.y + trim.y };
}

/** Decodes an image file and converts it to a model's input; see `createTransform`. */
export function preprocessImage(bytes: ImageBytes, config: PreprocessConfig): TransformResult {
  return createTransform(config)(bytes);
}

function pixelsOf(input: unknown): Image {
  // An object with a size is meant as pixels: what is wrong with them is said field by field.
  const name = typeName(input);
  if (name === "ImageData" || name === "Object") return toRgb(input as RawImage);
  throw notAnImage(input);
}

function checkConfig(config: Partial<PreprocessConfig>): PlanConfig {
  const { interpolation = "bilinear", cropMode = "center", mean = IMAGENET_MEAN, cropBorderPixels = 0 } = config;
  const [channels, height, width] = config.inputSize ?? [3, 224, 224];
  // Zero is "not given" to timm as well.
  const cropPct = config.cropPct || DEFAULT_CROP_PCT;
  if (channels !== 3) {
    throw new UnsupportedError(`input has ${channels} channels; expected 3`, {
      hint: "Networks for gray or multispectral images need tensors from other code.",
    });
  }
  for (const side of [height, width]) {
    if (!Number.isSafeInteger(side) || side < 1 || side > MAX_INPUT_SIDE) {
      throw new UsageError(`input size is ${height}×${width}; expected sides of 1 to ${MAX_INPUT_SIDE}`);
    }
  }
  if (interpolation !== "nearest" && !Object.hasOwn(FILTERS, interpolation)) {
    throw new UsageError(
      `interpolation is ${JSON.stringify(interpolation)}; expected nearest, ${Object.keys(FILTERS).join(", ")}`,
    );
  }
  if (cropMode !== "center" && cropMode !== "squash" && cropMode !== "border") {
    throw new UsageError(`crop mode is ${JSON.stringify(cropMode)}; expected center, squash or border`);
  }
  if (!(cropPct > 0) || !Number.isFinite(cropPct)) throw new UsageError(`crop_pct is ${cropPct}; expected above 0`);
  if (!Number.isSafeInteger(cropBorderPixels) || cropBorderPixels < 0) {
    throw new UsageError(`crop_border_pixels is ${cropBorderPixels}; expected an integer of 0 or more`);
  }
  return { height, width, interpolation, cropPct, cropMode, cropBorderPixels, mean };
}
