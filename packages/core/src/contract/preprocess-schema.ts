import type { JsonSchema } from "../json/json-schema.ts";

/** Largest side of an input image; beyond it a single activation would not fit in an array. */
const MAX_SIDE = 65_536;

/** Most channels of an image; satellite images have a few hundred. */
const MAX_CHANNELS = 1024;

const side: JsonSchema = { type: "integer", minimum: 1, maximum: MAX_SIDE };
const byte: JsonSchema = { type: "number", minimum: 0, maximum: 255 };

const resize: JsonSchema = {
  type: "object",
  properties: {
    mode: { enum: ["shortest", "longest", "fit", "exact", "none"] },
    size: { type: "array", items: side, minItems: 1, maxItems: 2, description: "One side, or height and width." },
    maxSize: side,
  },
  required: ["mode"],
  additionalProperties: false,
};

const pad: JsonSchema = {
  type: "object",
  properties: {
    position: { enum: ["center", "top-left", "top-right", "bottom-left", "bottom-right"] },
    color: { type: "array", items: byte, minItems: 1, maxItems: 3 },
    value: { type: "number" },
  },
  additionalProperties: false,
};

/** The JSON schema of `PreprocessConfig`, the settings that turn pixels into the input tensor. */
export const PREPROCESS_SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    inputSize: { type: "array", items: side, minItems: 3, maxItems: 3, description: "Channels, height, width." },
    interpolation: { enum: ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"] },
    cropPct: { type: "number", exclusiveMinimum: 0, description: "Crop size divided by resize size." },
    cropMode: { enum: ["center", "squash", "border"] },
    cropBorderPixels: { type: "integer", minimum: 0, maximum: MAX_SIDE },
    mean: { type: "array", items: { type: "number" }, minItems: 1, maxItems: MAX_CHANNELS },
    std: { type: "array", items: { type: "number", exclusiveMinimum: 0 }, minItems: 1, maxItems: MAX_CHANNELS },
    exifOrientation: { enum: ["apply", "ignore"] },
    background: { type: "array", items: byte, minItems: 3, maxItems: 3 },
    resize,
    cropRounding: { enum: ["half-even", "floor", "floor-ceil"] },
    pad,
    resampler: { enum: ["pillow", "torch-antialias", "torch", "opencv"] },
    channelOrder: { enum: ["rgb", "bgr"] },
    valueRange: { type: "integer", minimum: 1, maximum: 255 },
    layout: { enum: ["chw", "hwc"] },
    dtype: { enum: ["float32", "float16", "uint8"] },
  },
  required: ["inputSize", "interpolation", "cropPct", "cropMode", "mean", "std"],
  additionalProperties: false,
};
