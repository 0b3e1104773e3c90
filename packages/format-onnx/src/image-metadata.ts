import type { PreprocessConfig } from "@samoyed/core";

/**
 * Lists ONNX's own metadata of a model's pixels (ONNX 1.23, `docs/MetadataProps.md`), in key order.
 *
 * `Image.NominalPixelRange` has names for only four ranges, and no mean or deviation: it is written if the model takes
 * one of them, and omitted if not (ImageNet's mean and deviation), because a program that relied on an approximate range
 * would feed the model wrong numbers. The contract has the exact preprocessing.
 */
export function imageMetadata(preprocess: PreprocessConfig): readonly (readonly [string, string])[] {
  const format = PIXEL_FORMATS.get(preprocess.inputSize[0]);
  const range = PIXEL_RANGES.find(
    ({ mean, std }) =>
      preprocess.mean.every((value) => value === mean) && preprocess.std.every((value) => value === std),
  );
  return [
    ...(format === undefined ? [] : [["Image.BitmapPixelFormat", format] as const]),
    // JPEG and PNG decoders return sRGB values unchanged, and so do training pipelines.
    ["Image.ColorSpaceGamma", "SRGB"],
    ...(range === undefined ? [] : [["Image.NominalPixelRange", range.name] as const]),
  ];
}

const PIXEL_FORMATS: ReadonlyMap<number, string> = new Map([
  [1, "Gray8"],
  [3, "Rgb8"],
]);

/** Range of (pixel / 255 - mean) / std for pixels 0 to 255. */
const PIXEL_RANGES = [
  { name: "NominalRange_0_255", mean: 0, std: 1 / 255 },
  { name: "Normalized_0_1", mean: 0, std: 1 },
  { name: "Normalized_1_1", mean: 0.5, std: 0.5 },
] as const;
