import { type ByteSource, FormatError, parseJsonObject, type PreprocessConfig, SamoyedError } from "@samoyed/core";
import type { NetworkConfig } from "@samoyed/models";
import type { CheckpointValue } from "@samoyed/checkpoint";
import { recordedPreprocess, type Settings } from "./recorded-preprocess.ts";
import { argumentSettings } from "./recorded-settings.ts";
import { preprocessFromHub } from "@samoyed/preprocess/settings";
import { preprocessText } from "./preprocess-settings.ts";

/** What the files beside a checkpoint from the Hugging Face hub say. */
export interface HubConfig {
  /** transformers' `config.json`. */
  readonly config?: NetworkConfig;
  /** timm's `config.json` names the network. */
  readonly architecture?: string;
  /** The number of classes in timm's `config.json`. */
  readonly numClasses?: number;
  /** `preprocessor_config.json`, or the `pretrained_cfg` in timm's `config.json`, as far as it is said there. */
  readonly preprocess?: Partial<PreprocessConfig>;
  /** Why `preprocessor_config.json` cannot be followed; a conversion needs the caller's settings then. */
  readonly refusal?: SamoyedError;
  /** The names of the classes, unless they are `LABEL_0`, …. */
  readonly labels?: readonly string[];
  /** Settings that are not the network's own, by name: `activation`. */
  readonly settings?: ReadonlyMap<string, string>;
  /** What was found, by file and key. */
  readonly fields: ReadonlyMap<string, string>;
}

/** Opens a file beside the checkpoint. */
export type ReadBeside = (file: string) => Promise<ByteSource>;

/** Largest file: a configuration with 22,000 class names has 1.5 MB. */
const MAX_BYTES = 16 * 2 ** 20;

/** The names of the hub's checkpoints: the files beside another one need not be about it. */
const HUB_NAMES = /^(?:model\.safetensors|pytorch_model\.bin)(?:\.index\.json)?$/u;

const PROCESSOR = "preprocessor_config.json";

type Json = Readonly<Record<string, unknown>>;

function readAll(source: ByteSource, file: string): Promise<Uint8Array> {
  const { byteLength } = source;
  if (byteLength > MAX_BYTES) throw new FormatError(`${file} has ${byteLength} bytes; expected at most ${MAX_BYTES}`);
  return source.read(0, byteLength);
}

/** A JSON object beside the checkpoint; `undefined` where there is none. */
async function readBeside(file: string, open: ReadBeside): Promise<Json | undefined> {
  let source: ByteSource;
  try {
    source = await open(file);
  } catch {
    // There is none, or it cannot be opened: what it would say is reported as assumed.
    return undefined;
  }
  try {
    return parseJsonObject(await readAll(source, file), file);
  } finally {
    await source.close?.();
  }
}

/** Class names in order, where `id2label` has one for every number from 0 on. */
function labelsOf({ id2label }: NetworkConfig): readonly string[] | undefined {
  if (typeof id2label !== "object" || id2label === null) return undefined;
  const names = Object.keys(id2label).map((_, index) => (id2label as Record<string, unknown>)[String(index)]);
  const complete = names.length > 0 && names.every((name): name is string => typeof name === "string" && name !== "");
  return complete && !names.every((name, index) => name === `LABEL_${index}`) ? names : undefined;
}

/** JSON as a checkpoint has dictionaries. */
function asSettings(json: unknown): Settings {
  const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
  return new Map(isObject ? (Object.entries(json) as [string, CheckpointValue][]) : []);
}

/** timm's `config.json` (1.0.29, `timm/models/_hub.py`, `save_config_for_hf`). */
function timmConfig(config: Json & { readonly architecture: string }, fields: Map<string, string>): HubConfig {
  const { architecture, num_classes: numClasses, label_names: names } = config;
  fields.set("config.json architecture", architecture);
  if (typeof numClasses === "number") fields.set("config.json num_classes", String(numClasses));
  const isNames = Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === "string");
  if (isNames) fields.set("config.json label_names", `${names.length} names`);
  const preprocess = recordedPreprocess(asSettings(config["pretrained_cfg"]), {
    where: "config.json: pretrained_cfg",
    place: "config.json pretrained_cfg",
    fields,
  });
  const settings = argumentSettings(asSettings(config["model_args"]), { where: "config.json model_args", fields });
  return {
    fields,
    architecture,
    preprocess,
    settings,
    ...(typeof numClasses === "number" && { numClasses }),
    ...(isNames && { labels: names }),
  };
}

/** The preprocessing of transformers' processor, or why it is not known. */
function processorSettings(processor: Json, fields: Map<string, string>): Pick<HubConfig, "preprocess" | "refusal"> {
  try {
    const preprocess = preprocessFromHub(processor);
    fields.set(PROCESSOR, preprocessText(preprocess));
    return { preprocess };
  } catch (error) {
    if (!(error instanceof SamoyedError)) throw error;
    fields.set(PROCESSOR, `not followed (${error.message.replace(`${PROCESSOR}: `, "")})`);
    return { refusal: error };
  }
}

/**
 * Reads `config.json` and `preprocessor_config.json` beside a checkpoint that has one of the hub's file names.
 *
 * @throws FormatError when one of them is damaged, or `config.json` says something impossible.
 */
export async function readHubConfig(name: string, open: ReadBeside): Promise<HubConfig> {
  const fields = new Map<string, string>();
  if (!HUB_NAMES.test(name)) return { fields };
  const config = await readBeside("config.json", open);
  if (config === undefined) return { fields };
  if (typeof config["architecture"] === "string" && "pretrained_cfg" in config) {
    return timmConfig({ ...config, architecture: config["architecture"] }, fields);
  }
  if (typeof config["model_type"] !== "string") return { fields };
  for (const key of ["model_type", "layer_norm_eps", "hidden_act"]) {
    const value = config[key];
    if (typeof value === "string" || typeof value === "number") fields.set(`config.json ${key}`, String(value));
  }
  const labels = labelsOf(config);
  if (labels !== undefined) fields.set("config.json id2label", `${labels.length} names`);
  const processor = await readBeside(PROCESSOR, open);
  return { config, fields, ...(labels && { labels }), ...(processor && processorSettings(processor, fields)) };
}
