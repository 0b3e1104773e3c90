export { decodeImage } from "./decode.ts";
export { detectFormat, type ImageFormat } from "./detect.ts";
export {
  type Box,
  type ChooseRegion,
  type DecodeOptions,
  type Image,
  MAX_PIXELS,
  type RawImage,
  type Size,
} from "./image.ts";
export type { ImageBytes, ImageSource } from "./image-source.ts";
export { decodeJpeg } from "./jpeg/decode.ts";
export { readOrientation } from "./orientation.ts";
export type { Orientation } from "./orientation-of.ts";
export { decodePng } from "./png/decode.ts";
export { type HubPreprocessor, preprocessFromHub } from "./presets/hub.ts";
export type { PlatformImage } from "./platform-image.ts";
export { readImage } from "./read-image.ts";
export type { Interpolation } from "./resize/filters.ts";
export type { ResizeOptions } from "./resize/method.ts";
export { resize } from "./resize/resize.ts";
export {
  type DataArgs,
  IMAGENET_MEAN,
  IMAGENET_STD,
  type PretrainedConfig,
  resolveDataConfig,
} from "./transform/config.ts";
export { overrideConfig } from "./transform/override.ts";
export { type Point, toImagePoint, toTensorPoint, type TransformGeometry } from "./transform/geometry.ts";
export { MAX_INPUT_SIDE } from "./transform/max-input-side.ts";
export type { InputDType } from "./transform/form-settings.ts";
export { toRgb } from "./to-rgb.ts";
export type { TransformResult } from "./transform/prepare.ts";
export { createTransform, preprocessImage, type Transform } from "./transform/transform.ts";
export { loadTransform, type LoadedTransform } from "./transform/load-transform.ts";
