import type { CheckpointValue } from "@samoyed/checkpoint";
import { FormatError, type PreprocessConfig } from "@samoyed/core";

/** A training script's settings: the attributes of an `argparse.Namespace`, or a dictionary. */
export type Settings = ReadonlyMap<CheckpointValue, CheckpointValue>;

const INTERPOLATIONS: readonly PreprocessConfig["interpolation"][] = [
  "nearest",
  "box",
  "bilinear",
  "hamming",
  "bicubic",
  "lanczos",
];
const CROP_MODES: readonly PreprocessConfig["cropMode"][] = ["center", "squash", "border"];

/** Larger images are refused before anything is made of them. */
const MAX_SIZE = 1 << 16;

const isSize = (value: CheckpointValue): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MAX_SIZE;

const isNumber = (value: CheckpointValue): value is number => typeof value === "number" && Number.isFinite(value);

function refuse(option: string, value: CheckpointValue, expected: string): FormatError {
  return new FormatError(`${option} is ${text(value)}; expected ${expected}`, {
    hint: "In Python, save the state dict alone, and give the settings as options.",
  });
}

/** A value as a report shows it. */
function text(value: CheckpointValue): string {
  if (Array.isArray(value)) return value.map((item: CheckpointValue) => text(item)).join(" ");
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

function readSize(value: CheckpointValue, option: string): PreprocessConfig["inputSize"] {
  if (isSize(value)) return [3, value, value];
  if (Array.isArray(value) && value.length === 2 && value.every(isSize)) return [3, value[0]!, value[1]!];
  throw refuse(option, value, "a number of pixels");
}

function readInputSize(value: CheckpointValue, option: string): PreprocessConfig["inputSize"] {
  if (Array.isArray(value) && value.length === 3 && value.every(isSize)) {
    return value as unknown as PreprocessConfig["inputSize"];
  }
  throw refuse(option, value, "channels, height, width");
}

function readChannels(value: CheckpointValue, option: string, channels: number): readonly number[] {
  if (Array.isArray(value) && value.every(isNumber) && (value.length === 1 || value.length === channels)) {
    return value.length === 1 ? new Array<number>(channels).fill(value[0] as number) : value;
  }
  throw refuse(option, value, `${channels} numbers`);
}

function readCrop(value: CheckpointValue, option: string): number {
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
  throw refuse(option, value, "a share above 0");
}

function readWord<T extends string>(words: readonly T[]): (value: CheckpointValue, option: string) => T {
  return (value, option) => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw refuse(option, value, `one of ${words.join(", ")}`);
    return found;
  };
}

/** Options of `recordedPreprocess`. */
interface RecordedPlace {
  /** The settings in a message: `the checkpoint's args`. */
  readonly where: string;
  /** The settings in a report: `args`. */
  readonly place: string;
  /** Gets what is used. */
  readonly fields: Map<string, string>;
}

/**
 * How the options of timm's `train.py` say that images are prepared for validation (timm 1.0.29, `timm/data/config.py`,
 * `resolve_data_config`): `input_size` goes before `img_size`; what is None or empty is left to the model. The
 * `pretrained_cfg` of timm's `config.json` has the same names.
 *
 * @throws FormatError when an option has a value that it cannot have.
 */
export function recordedPreprocess(
  settings: Settings,
  { where, place, fields }: RecordedPlace,
): Partial<PreprocessConfig> {
  const take = <T>(option: string, read: (value: CheckpointValue, option: string) => T): T | undefined => {
    const value = settings.get(option) ?? "";
    if (value === "") return undefined;
    const result = read(value, `${where}.${option}`);
    fields.set(`${place}.${option}`, text(value));
    return result;
  };
  const inputSize = take("input_size", readInputSize) ?? take("img_size", readSize);
  const channels = inputSize?.[0] ?? 3;
  const perChannel = (value: CheckpointValue, option: string): readonly number[] =>
    readChannels(value, option, channels);
  const interpolation = take("interpolation", readWord(INTERPOLATIONS));
  const cropPct = take("crop_pct", readCrop);
  const cropMode = take("crop_mode", readWord(CROP_MODES));
  const mean = take("mean", perChannel);
  const std = take("std", perChannel);
  return {
    ...(inputSize && { inputSize }),
    ...(interpolation && { interpolation }),
    ...(cropPct !== undefined && { cropPct }),
    ...(cropMode && { cropMode }),
    ...(mean && { mean }),
    ...(std && { std }),
  };
}
