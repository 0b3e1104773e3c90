import type { PreprocessConfig, Tensor } from "@samoyed/core";

import { grayImage } from "../gray.ts";
import type { Box, DecodeOptions, Image, Size } from "../image.ts";
import { cropImage, resize, resizeInput } from "../resize/resize.ts";
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

/** A transform's settings, checked: how an image is read for it, and what becomes of its pixels. */
export interface PreparedTransform<D extends InputDType> {
  readonly options: DecodeOptions;
  readonly tensorOf: (image: Image) => TransformResult<D>;
}

/**
 * Prepares a transform.
 *
 * @throws what `createTransform` throws.
 */
export function prepareTransform<D extends InputDType>(
  config: Partial<PreprocessConfig> & { readonly dtype?: D },
  { maxPixels }: TransformOptions,
): PreparedTransform<D> {
  const { plan, form, decode } = checkConfig(config);
  return {
    options: { ...decode, maxPixels, region: (size: Size) => neededBox(plan, size) },
    tensorOf: (rgb) => {
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
    },
  };
}

/** The part of an image that its transform reads: the rest need not be decoded. */
function neededBox(config: PlanConfig, size: Size): Box {
  const { geometry, interpolation } = planTransform(config, size);
  const { trim, resized, crop } = geometry;
  const box = resizeInput(trim, { ...resized, interpolation, resampler: config.resampler, crop });
  return { ...box, x: box.x + trim.x, y: box.y + trim.y };
}
