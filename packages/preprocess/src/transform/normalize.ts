import { float32ArrayToFloat16, type PreprocessConfig, type Tensor, UsageError } from "@samoyed/core";

import type { Box, Image } from "../image.ts";

/** Elements of an input tensor. */
export type InputDType = NonNullable<PreprocessConfig["dtype"]>;

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

/** Settings of a `TensorForm`. */
export interface FormSettings {
  readonly channels: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly dtype?: InputDType | undefined;
  readonly layout?: "chw" | "hwc" | undefined;
  readonly channelOrder?: "rgb" | "bgr" | undefined;
  readonly valueRange?: number | undefined;
  readonly padValue?: number | undefined;
}

/**
 * Tables of (value / 255 − mean) / std in float32, each operation rounded as in torchvision's `ToTensor` and
 * `Normalize`; computing in doubles and rounding once differs in most values. With a `valueRange` of 255 nothing is divided
 * by 255. float16 is rounded from float32.
 *
 * @throws UsageError when there is not one value of each per channel, one is not finite, a deviation is 0 in float32, or a
 * setting has an unknown value.
 */
export function tensorForm(settings: FormSettings): TensorForm {
  const { channels, mean, std, dtype = "float32", layout = "chw", channelOrder = "rgb", valueRange = 1 } = settings;
  if (mean.length !== channels || std.length !== channels) {
    throw new UsageError(
      `mean has ${mean.length} values and std ${std.length}; expected ${channels}, ${channels === 1 ? "for the gray channel" : "one per channel"}`,
    );
  }
  if (!mean.every(Number.isFinite) || !std.every((value) => Number.isFinite(value) && Math.fround(value) !== 0)) {
    throw new UsageError(`mean is [${mean.join(", ")}] and std [${std.join(", ")}]; expected numbers, no std of 0`);
  }
  requireOneOf("layout", layout, ["chw", "hwc"]);
  requireOneOf("channel order", channelOrder, ["rgb", "bgr"]);
  requireOneOf("dtype", dtype, ["float32", "float16", "uint8"]);
  requireOneOf("value range", valueRange, [1, 255]);
  if (dtype === "uint8" && (mean.some((value) => value !== 0) || std.some((value) => value !== 1))) {
    throw new UsageError(`mean is [${mean.join(", ")}] and std [${std.join(", ")}]; uint8 pixels are not normalized`, {
      hint: "Give mean 0 and std 1 for every channel, or dtype float32.",
    });
  }
  const tables = mean.map((average, index) => elementsOf(normalized(average, std[index]!, valueRange), dtype));
  return {
    dtype,
    layout,
    channels: tables.map((table, index) => ({ table, from: channelOrder === "bgr" ? channels - 1 - index : index })),
    padValue: settings.padValue === undefined ? undefined : padElement(settings.padValue, dtype),
  };
}

/**
 * Checks a setting that has few values.
 *
 * @throws UsageError when it has another.
 */
export function requireOneOf<T>(name: string, value: T, allowed: readonly T[]): void {
  if (allowed.includes(value)) return;
  throw new UsageError(`${name} is ${JSON.stringify(value)}; expected ${allowed.join(" or ")}`);
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

function elementsOf(values: Float32Array, dtype: InputDType): Elements {
  if (dtype === "float32") return values;
  return dtype === "float16" ? float32ArrayToFloat16(values) : Uint8Array.from({ length: 256 }, (_, value) => value);
}

function padElement(value: number, dtype: InputDType): number {
  if (!Number.isFinite(value) || (dtype === "uint8" && (!Number.isInteger(value) || value < 0 || value > 255))) {
    throw new UsageError(`padding is ${value}; expected ${dtype === "uint8" ? "a byte" : "a number"}`);
  }
  return dtype === "float16" ? float32ArrayToFloat16(Float32Array.of(value))[0]! : value;
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
