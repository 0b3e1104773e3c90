import type { Tensor } from "@samoyed/core";

import type { Box, Image } from "../image.ts";
import type { FormSettings, InputDType } from "./form-settings.ts";
import type { RareTransform } from "./rare-transform.ts";

/** How pixels become elements. */
export interface TensorForm {
  readonly dtype: InputDType;
  readonly layout: "chw" | "hwc";
  /** Per channel of the tensor: the channel of the image, and the element of each byte. */
  readonly channels: readonly { readonly from: number; readonly table: Elements }[];
  /** The element of padding, in place of a color. */
  readonly padValue: number | undefined;
}

/** Elements: float16 as their bits. */
export type Elements = Float32Array | Uint16Array | Uint8Array;

/**
 * Tables of (value / 255 − mean) / std in float32, each operation rounded as in torchvision's `ToTensor` and
 * `Normalize`; computing in doubles and rounding once differs in most values. With a `valueRange` of 255 nothing is divided
 * by 255. float16 is rounded from float32.
 *
 * @param settings as `checkForm` allows.
 * @param rare required for float16.
 */
export function tensorForm(settings: FormSettings, rare: RareTransform | undefined): TensorForm {
  const { channels, mean, std, dtype = "float32", layout = "chw", channelOrder = "rgb", valueRange = 1 } = settings;
  const elementsOf = (values: Float32Array): Elements => {
    if (dtype === "float32") return values;
    return dtype === "float16" ? rare!.float32ArrayToFloat16(values) : Uint8Array.from(values.keys());
  };
  const elementOf = (value: number): number =>
    dtype === "float16" ? rare!.float32ArrayToFloat16(Float32Array.of(value))[0]! : value;
  const tables = mean.map((average, index) => elementsOf(normalized(average, std[index]!, valueRange)));
  return {
    dtype,
    layout,
    channels: tables.map((table, index) => ({ table, from: channelOrder === "bgr" ? channels - 1 - index : index })),
    padValue: settings.padValue === undefined ? undefined : elementOf(settings.padValue),
  };
}

function normalized(mean: number, std: number, valueRange: number): Float32Array {
  const average = Math.fround(mean);
  const deviation = Math.fround(std);
  const scale = valueRange === 255 ? 1 : 255;
  return Float32Array.from(
    { length: 256 },
    (_, value) => Math.fround(Math.fround(value / scale) - average) / deviation,
  );
}

/** The tensor's size, and the image's place in it. */
export interface Placement extends Box {
  /** RGB around the image. */
  readonly fill: readonly number[];
}

/** Converts an image to a tensor, on a canvas of the color `fill`. The image must fit. */
export function toTensor(image: Image, form: TensorForm, placement: Placement): Tensor<InputDType> {
  const { dtype, layout, channels, padValue } = form;
  const { width, height, x, y, fill } = placement;
  const count = channels.length;
  const planar = layout === "chw";
  const planeStep = planar ? width * height : 1;
  const pixelStep = planar ? 1 : count;
  const data = allocate(dtype, count * width * height);
  const isPadded = image.width < width || image.height < height;
  for (const [index, { from: channel, table }] of channels.entries()) {
    const plane = index * planeStep;
    if (isPadded) {
      const element = padValue ?? table[fill[channel]!]!;
      for (let i = 0; i < width * height; i++) data[plane + i * pixelStep] = element;
    }
    for (let row = 0, from = channel; row < image.height; row++) {
      let to = plane + ((y + row) * width + x) * pixelStep;
      for (let i = 0; i < image.width; i++, from += 3, to += pixelStep) data[to] = table[image.data[from]!]!;
    }
  }
  return { dtype, shape: planar ? [count, height, width] : [height, width, count], data };
}

function allocate(dtype: InputDType, length: number): Elements {
  if (dtype === "float32") return new Float32Array(length);
  return dtype === "float16" ? new Uint16Array(length) : new Uint8Array(length);
}
