import { type CheckpointValue, isInertRecord, isMap, keyText } from "@samoyed/checkpoint";
import { UnsupportedError } from "@samoyed/core";
import type { Settings } from "./recorded-preprocess.ts";

/** The pooling that timm's `--gp` names, in the words of `--assume`. */
const POOLING: ReadonlyMap<unknown, string> = new Map([
  ["avg", "avg"],
  ["fast", "avg"],
  ["max", "max"],
  ["avgmax", "avgmax"],
  ["token", "token"],
]);

/** timm's names of activations (1.0.29, `timm/layers/create_act.py`), in the words of `--assume`. */
const ACTIVATIONS: ReadonlyMap<unknown, string> = new Map([
  ["relu", "relu"],
  ["relu6", "relu6"],
  ["silu", "silu"],
  ["swish", "silu"],
  ["gelu", "gelu"],
  ["leaky_relu", "leaky_relu"],
  ["hard_swish", "hard_swish"],
]);

/** Arguments of networks that inference has no use for, or whose effect the shapes of tensors show. */
const HARMLESS: ReadonlySet<string> = new Set([
  "pretrained",
  "pretrained_cfg",
  "num_classes",
  "in_chans",
  "img_size",
  "scriptable",
  "drop_rate",
  "drop_path_rate",
  "drop_block_rate",
  "proj_drop_rate",
  "pos_drop_rate",
  "patch_drop_rate",
  "attn_drop_rate",
  "head_drop_rate",
  "zero_init_last",
  "weight_init",
  "head_init_scale",
  "init_values",
  "bn_momentum",
  "cache_dir",
]);

/** Where an argument is, and the report of what is read. */
interface Place {
  readonly where: string;
  readonly fields: Map<string, string>;
}

function refuse(where: string, value: CheckpointValue): UnsupportedError {
  const text =
    typeof value === "object" && value !== null ? "something else than a word or a number" : JSON.stringify(value);
  return new UnsupportedError(`the checkpoint's ${where} is ${text}, which changes the network and is not supported`, {
    hint: "Export the network with torch.export, and convert the .pt2 file.",
  });
}

function words(setting: string, known: ReadonlyMap<unknown, string>) {
  return (value: CheckpointValue, where: string): readonly [string, string] => {
    const found = known.get(value);
    if (found === undefined) throw refuse(where, value);
    return [setting, found];
  };
}

function epsilon(value: CheckpointValue, where: string): readonly [string, string] {
  if (typeof value === "number" && value > 0 && value < 1) return ["epsilon", value.toExponential()];
  throw refuse(where, value);
}

type Read = (value: CheckpointValue, where: string) => readonly [setting: string, value: string];

/** The options of timm's `train.py` that change what a network computes. */
const OPTIONS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["gp", words("pooling", POOLING)],
  ["bn_eps", epsilon],
]);

/** Arguments of timm's networks that do. */
const ARGUMENTS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["global_pool", words("pooling", POOLING)],
  ["act_layer", words("activation", ACTIVATIONS)],
  ["bn_eps", epsilon],
]);

function isSaid(value: CheckpointValue | undefined): value is CheckpointValue {
  return value !== undefined && value !== null && value !== "";
}

function readInto(
  settings: Settings,
  known: ReadonlyMap<string, Read>,
  { where, fields }: Place,
): readonly (readonly [string, string])[] {
  return [...known].flatMap(([key, read]) => {
    const value = settings.get(key);
    if (!isSaid(value)) return [];
    const place = `${where}.${key}`;
    const [setting, said] = read(value, place);
    fields.set(place, said);
    return [[setting, said] as const];
  });
}

/**
 * The settings that arguments of a network's constructor say: timm's `--model-kwargs`, `model_args` in its `config.json`.
 *
 * @throws UnsupportedError for an argument that may change what is computed and is not known.
 */
export function argumentSettings(given: CheckpointValue | undefined, place: Place): ReadonlyMap<string, string> {
  const value = isSaid(given) && isInertRecord(given) ? (given.state ?? given.entries ?? null) : (given ?? null);
  if (!isMap(value)) return new Map();
  for (const [key, argument] of value) {
    const name = keyText(key);
    if (!HARMLESS.has(name) && !ARGUMENTS.has(name) && argument !== null)
      throw refuse(`${place.where}.${name}`, argument);
  }
  return new Map(readInto(value, ARGUMENTS, place));
}

/**
 * The settings of a network that a training script recorded beside its name: pooling, epsilon, activation.
 *
 * @throws UnsupportedError for one that is not built.
 */
export function recordedSettings(settings: Settings, place: Place): ReadonlyMap<string, string> {
  const inside = { ...place, where: `${place.where}.model_kwargs` };
  return new Map([...argumentSettings(settings.get("model_kwargs"), inside), ...readInto(settings, OPTIONS, place)]);
}
