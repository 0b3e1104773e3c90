import type { PreprocessConfig, Tensor } from "@samoyed/core";

import { grayImage } from "../gray.ts";
import type { Box, DecodeOptions, Image, Size } from "../image.ts";
import { cropImage } from "../resize/crop.ts";
import { resizeInputWith, resizeWith } from "../resize/resize-with.ts";
import type { TransformGeometry } from "./geometry.ts";
import type { InputDType } from "./form-settings.ts";
import { toTensor } from "./normalize.ts";
import { planTransform } from "./plan.ts";
import type { RareTransform } from "./rare-transform.ts";
import { completeSettings } from "./settings.ts";

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

/** How an image is read for a transform, and what becomes of its pixels. */
export interface PreparedTransform<D extends InputDType> {
  readonly options: DecodeOptions;
  readonly tensorOf: (image: Image) => TransformResult<D>;
}

/**
 * Prepares a transform.
 *
 * @param config as `checkConfig` allows.
 * @param rare required where the configuration is not usual.
 */
export function prepareTransform<D extends InputDType>(
  config: Partial<PreprocessConfig> & { readonly dtype?: D },
  { maxPixels }: TransformOptions,
  rare: RareTransform | undefined,
): PreparedTransform<D> {
  const { plan, form, decode } = completeSettings(config, rare);
  /** The part of an image that the transform reads: the rest need not be decoded. */
  const region = (size: Size): Box => {
    const { geometry, interpolation } = planTransform(plan, size, rare);
    const { trim, resized, crop } = geometry;
    const box = resizeInputWith(trim, { ...resized, interpolation, resampler: plan.resampler, crop }, rare);
    return { ...box, x: box.x + trim.x, y: box.y + trim.y };
  };
  return {
    options: { ...decode, maxPixels, region },
    tensorOf: (rgb) => {
      const { geometry, interpolation, fill } = planTransform(plan, rgb, rare);
      const { resampler } = plan;
      const { trim, resized, crop, canvas } = geometry;
      const used = cropImage(rgb, trim);
      const image = form.channels.length === 1 ? grayImage(used) : used;
      const pixels = resizeWith(image, { ...resized, interpolation, resampler, crop }, rare);
      const { orientation } = rgb;
      return {
        tensor: toTensor(pixels, form, { ...canvas, fill }) as Tensor<D>,
        ...(orientation !== undefined && { orientation }),
        geometry,
      };
    },
  };
}
