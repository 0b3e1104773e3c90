import type { PreprocessConfig, Tensor } from "@samoyed/core";

import { decodeImage } from "../decode.ts";
import { grayImage } from "../gray.ts";
import { type Box, type DecodeOptions, type Image, type RawImage, type Size, toRgb } from "../image.ts";
import { bytesOf, type ImageBytes, type ImageSource, notAnImage } from "../image-source.ts";
import { cropImage, resize, resizeInput } from "../resize/resize.ts";
import { typeName } from "../type-name.ts";
import { checkConfig } from "./check-config.ts";
import type { TransformGeometry } from "./geometry.ts";
import { type InputDType, toTensor } from "./normalize.ts";
import { type PlanConfig, planTransform } from "./plan.ts";

/** A model's input, and its place in the source image. */
export interface TransformResult<D extends InputDType = InputDType> {
  /** [channels, height, width], or [height, width, channels] with the layout `hwc`. */
  readonly tensor: Tensor<D>;
  /** EXIF's orientation of the file, 2 to 8, where it says another than upright and the configuration ignores it. */
  readonly orientation?: number;
  /** Maps positions in the tensor back to the image, with `toImagePoint`. */
  readonly geometry: TransformGeometry;
}

/** Options of a transform that do not change its result. */
export interface TransformOptions {
  /** Most pixels of an image; `MAX_PIXELS` when absent. */
  readonly maxPixels?: number | undefined;
}

/** Makes a model's input: from an encoded file's bytes, or from pixels. */
export type Transform<D extends InputDType = InputDType> = (image: ImageSource) => TransformResult<D>;

/**
 * timm's transform for evaluation: resize, crop and normalize, bit for bit the result of `create_transform(**config)`; and
 * what other libraries do, by the settings that timm does not have.
 *
 * Settings that are left out have timm's defaults for this function, which are not those of `resolveDataConfig`: bilinear, 224
 * pixels, 0.875, center, ImageNet's mean and standard deviation.
 *
 * Tensors are newly allocated at each call. Images whose pixels are given as RGB are not changed.
 *
 * @throws UsageError when the configuration has an unknown name, a size below 1 or above `MAX_INPUT_SIDE`, or values that
 * do not match.
 * @throws UnsupportedError for inputs of other than 1 or 3 channels.
 * The transform throws the errors of `decodeImage` and `toRgb`, and ShapeError when an image is too thin to be resized.
 * Matches timm 1.0.29, `create_transform` in timm/data/transforms_factory.py.
 */
export function createTransform<D extends InputDType = "float32">(
  config: Partial<PreprocessConfig> & { readonly dtype?: D } = {},
  { maxPixels }: TransformOptions = {},
): Transform<D> {
  const { plan, form, decode } = checkConfig(config);
  const options = { ...decode, maxPixels, region: (size: Size) => neededBox(plan, size) };
  return (input) => {
    const bytes = bytesOf(input);
    const rgb = bytes === undefined ? pixelsOf(input, options) : decodeImage(bytes, options);
    const { geometry, interpolation, fill } = planTransform(plan, rgb);
    const { resampler } = plan;
    const { trim, resized, crop, canvas } = geometry;
    const used = cropImage(rgb, trim);
    const image = form.channels.length === 1 ? grayImage(used) : used;
    const pixels = resize(image, { ...resized, interpolation, resampler, crop });
    const { orientation } = rgb;
    return {
      tensor: toTensor(pixels, form, { ...canvas, fill }) as Tensor<D>,
      ...(orientation !== undefined && { orientation }),
      geometry,
    };
  };
}

/** The part of an image that its transform reads: the rest need not be decoded. */
function neededBox(config: PlanConfig, size: Size): Box {
  const { geometry, interpolation } = planTransform(config, size);
  const { trim, resized, crop } = geometry;
  const box = resizeInput(trim, { ...resized, interpolation, resampler: config.resampler, crop });
  return { ...box, x: box.x + trim.x, y: box.y + trim.y };
}

/** Decodes an image file and converts it to a model's input; see `createTransform`. */
export function preprocessImage<D extends InputDType = "float32">(
  bytes: ImageBytes,
  config: PreprocessConfig & { readonly dtype?: D },
): TransformResult<D> {
  return createTransform(config)(bytes);
}

function pixelsOf(input: unknown, options: DecodeOptions): Image {
  // An object with a size is meant as pixels: what is wrong with them is said field by field.
  const name = typeName(input);
  if (name === "ImageData" || name === "Object") return toRgb(input as RawImage, options);
  throw notAnImage(input);
}
