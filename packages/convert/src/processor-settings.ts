import { FormatError, type PreprocessConfig } from "@samoyed/core";

type Json = Readonly<Record<string, unknown>>;

/** Pillow's numbers of interpolations. */
const RESAMPLE: readonly PreprocessConfig["interpolation"][] = [
  "nearest",
  "lanczos",
  "bilinear",
  "bicubic",
  "box",
  "hamming",
];

const FILE = "preprocessor_config.json";
/** ConvNeXt's processor crops below this size, and squashes from it on. */
const CROPPED_BELOW = 384;
const MAX_SIZE = 1 << 16;

function refuse(key: string, value: unknown, expected: string): FormatError {
  return new FormatError(`${FILE}: ${key} is ${JSON.stringify(value)}; expected ${expected}`, {
    hint: "Give the settings as options, and remove the file.",
  });
}

const isSize = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value > 0 && value <= MAX_SIZE;

/** Height and width, or the shorter edge. */
function sizeOf(value: unknown, key: string): readonly [number, number] | number {
  if (isSize(value)) return [value, value];
  const { height, width, shortest_edge: edge } = (value ?? {}) as Json;
  if (isSize(height) && isSize(width)) return [height, width];
  if (isSize(edge)) return edge;
  throw refuse(key, value, "height and width, or shortest_edge");
}

function channels(value: unknown, key: string): readonly number[] {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [];
  if (list.length === 3 && list.every((item) => typeof item === "number" && Number.isFinite(item))) {
    return list as readonly number[];
  }
  throw refuse(key, value, "3 numbers");
}

/** Resize, then crop; as transformers' image processors do it. */
function windowOf(json: Json): Pick<PreprocessConfig, "inputSize" | "cropPct" | "cropMode"> {
  const size = sizeOf(json["size"], "size");
  if (typeof json["crop_pct"] === "number" && typeof size === "number") {
    const share = json["crop_pct"];
    if (!(share > 0 && share <= 1)) throw refuse("crop_pct", share, "a share of at most 1");
    const inputSize = [3, size, size] as const;
    return size < CROPPED_BELOW
      ? { inputSize, cropPct: share, cropMode: "center" }
      : { inputSize, cropPct: 1, cropMode: "squash" };
  }
  const crop = json["do_center_crop"] === true ? sizeOf(json["crop_size"], "crop_size") : undefined;
  if (typeof crop === "number") throw refuse("crop_size", json["crop_size"], "height and width");
  if (typeof size === "number") {
    if (crop === undefined) throw refuse("size", json["size"], "height and width, or a crop");
    return { inputSize: [3, ...crop], cropPct: crop[0] / size, cropMode: "center" };
  }
  const [height, width] = crop ?? size;
  return { inputSize: [3, height, width], cropPct: height / size[0], cropMode: "squash" };
}

/**
 * How transformers' image processors prepare images (5.24), as far as Samoyed can. What is used is added to `fields`.
 *
 * @throws FormatError when a setting has a value that it cannot have.
 */
export function processorSettings(json: Json, fields: Map<string, string>): Partial<PreprocessConfig> {
  const resample = RESAMPLE[Number(json["resample"] ?? 2)];
  if (resample === undefined) throw refuse("resample", json["resample"], `0 to ${RESAMPLE.length - 1}`);
  const normalizes = json["do_normalize"] === true;
  const window = windowOf(json);
  fields.set(FILE, `${window.inputSize.slice(1).join("×")}, ${resample}`);
  return {
    ...window,
    interpolation: resample,
    mean: normalizes ? channels(json["image_mean"], "image_mean") : [0, 0, 0],
    std: normalizes ? channels(json["image_std"], "image_std") : [1, 1, 1],
  };
}
