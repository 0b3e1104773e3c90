import { FormatError, type PreprocessConfig, UnsupportedError } from "@samoyed/core";

import { isTorchFilter } from "../resize/torch-filter.ts";
import { timesByteRange } from "../transform/override.ts";

/** The settings in a `preprocessor_config.json`. */
export type HubPreprocessor = Readonly<Record<string, unknown>>;

type Settings = Pick<PreprocessConfig, "inputSize"> & Partial<PreprocessConfig>;

const FILE = "preprocessor_config.json";

/** Pillow's numbers of filters. */
const RESAMPLE: readonly PreprocessConfig["interpolation"][] = [
  "nearest",
  "lanczos",
  "bilinear",
  "bicubic",
  "box",
  "hamming",
];

/** Processors for which a single number is the shorter side; for the others it is a square. */
const SHORTEST_EDGE = /^(?:CLIP|ChineseCLIP|Bit|ConvNext|Levit|MobileNetV1|MobileNetV2|PoolFormer|VideoMAE)/u;

/** Processors with steps of their own, which no setting describes. */
const UNLIKE =
  /^(?:EfficientNet|PoolFormer|Perceiver|Detr|ConditionalDetr|DeformableDetr|Deta|Yolos|RTDetr|GLPN|ImageGPT|Flava|Pix2Struct|Donut|Nougat|Idefics|LlavaNext|Mask2Former|MaskFormer|OneFormer|VitMatte|ZoeDepth|Depth)/u;

/** ConvNeXt crops below this size, and squashes from it on. */
const CONVNEXT_CROPPED_BELOW = 384;

/**
 * The preprocessing that a `preprocessor_config.json` of the Hugging Face hub describes, complete.
 *
 * It is that of transformers' processors on Pillow; those on torchvision (`…Fast`, the default of transformers 5) resize and
 * normalize with other rounding, and are taken when the file names one, or with `processor: "fast"`.
 *
 * @throws UnsupportedError when the processor does something that no setting describes, or gives images of varying size.
 * @throws FormatError when a setting has a value that it cannot have.
 * Matches transformers 5.24 (`image_processing_*.py`), to the bit for the processors of CLIP, ViT, DeiT, ConvNeXt, LeViT,
 * BiT, MobileNetV2, SigLIP and SAM on Pillow and torchvision and of MobileViT on Pillow; MobileViT's on torchvision, which
 * multiplies by 1/255 in float32 and does not normalize, differs by one unit in the last place.
 */
export function preprocessFromHub(
  json: HubPreprocessor,
  options: { readonly processor?: "slow" | "fast" } = {},
): PreprocessConfig {
  const type = json["image_processor_type"] ?? json["feature_extractor_type"];
  const name = typeof type === "string" ? type : "";
  if (UNLIKE.test(name)) throw unsupported(`${name} prepares images in a way of its own`);
  const fast = (options.processor ?? (name.endsWith("Fast") ? "fast" : "slow")) === "fast";
  const interpolation = RESAMPLE[Number(json["resample"] ?? 2)];
  if (interpolation === undefined) throw refuse("resample", json["resample"], `0 to ${RESAMPLE.length - 1}`);
  if (fast && !isTorchFilter(interpolation)) {
    throw unsupported(`torchvision resizes no tensor with the filter ${interpolation}`);
  }
  return {
    ...window(json, name),
    interpolation,
    cropPct: 1,
    cropMode: "center",
    ...normalization(json, { name, fast }),
    ...(json["do_flip_channel_order"] === true && { channelOrder: "bgr" }),
    ...(fast ? { resampler: "torch-antialias", cropRounding: "floor" } : { cropRounding: "floor-ceil" }),
  };
}

/** The sizes of resize, crop and padding. */
function window(json: HubPreprocessor, name: string): Settings {
  const resizes = json["do_resize"] !== false;
  const shortest = SHORTEST_EDGE.test(name);
  const size = resizes ? sizeOf(json["size"], { key: "size", shortest }) : undefined;
  if (name.startsWith("ConvNext")) return convNext(json, size);
  if (json["do_pad"] === true) return padded(json, size);
  const crops = json["do_center_crop"] === true;
  const crop = crops ? sizeOf(json["crop_size"], { key: "crop_size", shortest: false }) : undefined;
  if (crop !== undefined && crop.length === 1) throw refuse("crop_size", json["crop_size"], "height and width");
  if (size === undefined) {
    if (crop === undefined) throw unsupported("it neither resizes nor crops, so images keep their sizes");
    return { inputSize: [3, crop[0]!, crop[1]!], resize: { mode: "none" } };
  }
  const side = name.startsWith("Levit") ? size.map((edge) => Math.trunc((256 / 224) * edge)) : size;
  if (size.length === 1) {
    if (crop === undefined) throw unsupported("it resizes the shorter side and does not crop, so sizes vary");
    return { inputSize: [3, crop[0]!, crop[1]!], resize: { mode: "shortest", size: side } };
  }
  const [height, width] = crop ?? size;
  return { inputSize: [3, height!, width!], resize: { mode: "exact", size } };
}

function convNext(json: HubPreprocessor, size: readonly number[] | undefined): Settings {
  const edge = size?.[0];
  if (edge === undefined || size?.length !== 1) throw refuse("size", json["size"], "shortest_edge");
  const inputSize = [3, edge, edge] as const;
  if (edge >= CONVNEXT_CROPPED_BELOW) return { inputSize, resize: { mode: "exact", size: [edge, edge] } };
  const share = json["crop_pct"] ?? 224 / 256;
  if (typeof share !== "number" || !(share > 0)) throw refuse("crop_pct", share, "a number above 0");
  return { inputSize, resize: { mode: "shortest", size: [Math.trunc(edge / share)] } };
}

/** SAM: the longer side, and zeros to the right and below after normalization. */
function padded(json: HubPreprocessor, size: readonly number[] | undefined): Settings {
  const longest = (json["size"] as HubPreprocessor | undefined)?.["longest_edge"];
  const target = sizeOf(json["pad_size"], { key: "pad_size", shortest: false });
  if (size?.length !== 1 || longest !== size[0] || target.length !== 2) {
    throw unsupported("it pads images in a way of its own");
  }
  return {
    inputSize: [3, target[0]!, target[1]!],
    resize: { mode: "longest", size },
    pad: { position: "top-left", value: 0 },
  };
}

function normalization(
  json: HubPreprocessor,
  { name, fast }: { name: string; fast: boolean },
): Pick<PreprocessConfig, "mean" | "std"> & Partial<PreprocessConfig> {
  const rescales = json["do_rescale"] !== false;
  const factor = json["rescale_factor"] ?? 1 / 255;
  // The files have it with 16 digits or fewer.
  if (typeof factor !== "number" || (rescales && Math.abs(factor * 255 - 1) > 1e-6)) {
    throw unsupported(`rescale_factor is ${JSON.stringify(factor)}, not 1/255`);
  }
  if (json["rescale_offset"] === true) throw unsupported("rescale_offset is true");
  const normalizes = json["do_normalize"] !== false && !name.startsWith("MobileViT");
  const mean = normalizes ? channels(json["image_mean"], "image_mean") : [0, 0, 0];
  const std = normalizes ? channels(json["image_std"], "image_std") : [1, 1, 1];
  if (!rescales) return { mean, std, valueRange: 255 };
  if (!fast || !normalizes) return { mean, std };
  // The fast processors multiply both by 255 in float32 and leave the pixels as they are.
  return { mean: mean.map(timesByteRange), std: std.map(timesByteRange), valueRange: 255 };
}

/** Height and width, or one side: the shorter or the longer. */
function sizeOf(value: unknown, { key, shortest }: { key: string; shortest: boolean }): readonly number[] {
  if (isSide(value)) return shortest ? [value] : [value, value];
  const named = (typeof value === "object" && value !== null ? value : {}) as HubPreprocessor;
  const { height, width } = named;
  if (isSide(height) && isSide(width)) return [height, width];
  const edge = named["shortest_edge"] ?? named["longest_edge"];
  if (isSide(edge) && (named["shortest_edge"] === undefined || named["longest_edge"] === undefined)) return [edge];
  throw refuse(key, value, "height and width, or one edge");
}

function isSide(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 && value <= 65_536;
}

function channels(value: unknown, key: string): readonly number[] {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [];
  if (list.length === 3 && list.every((item) => typeof item === "number" && Number.isFinite(item))) {
    return list as readonly number[];
  }
  throw refuse(key, value, "3 numbers");
}

function refuse(key: string, value: unknown, expected: string): FormatError {
  return new FormatError(`${FILE}: ${key} is ${JSON.stringify(value) ?? "missing"}; expected ${expected}`, {
    hint: "Give the preprocessing as options: --size, --interpolation, --mean, --std.",
  });
}

function unsupported(what: string): UnsupportedError {
  return new UnsupportedError(`${FILE}: ${what}`, {
    hint: "Give the preprocessing as options: --size, --interpolation, --mean, --std.",
  });
}
