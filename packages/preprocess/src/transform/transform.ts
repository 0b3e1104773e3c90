import type { PreprocessConfig } from "@samoyed/core";

import { decodeImage } from "../decode.ts";
import { bytesOf, type ImageBytes, type ImageSource } from "../image-source.ts";
import { pixelsOf } from "../pixels-of.ts";
import type { InputDType } from "./form-settings.ts";
import { prepareTransform, type TransformOptions, type TransformResult } from "./prepare.ts";
import { RARE_TRANSFORM } from "./rare-transform.ts";

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
  options: TransformOptions = {},
): Transform<D> {
  RARE_TRANSFORM.checkConfig(config);
  const prepared = prepareTransform(config, options, RARE_TRANSFORM);
  return (input) => {
    const bytes = bytesOf(input);
    const image = bytes === undefined ? pixelsOf(input, prepared.options) : decodeImage(bytes, prepared.options);
    return prepared.tensorOf(image);
  };
}

/** Decodes an image file and converts it to a model's input; see `createTransform`. */
export function preprocessImage<D extends InputDType = "float32">(
  bytes: ImageBytes,
  config: PreprocessConfig & { readonly dtype?: D },
): TransformResult<D> {
  return createTransform(config)(bytes);
}
