import { type Checkpoint, type CheckpointValue, isInertRecord, isMap } from "@samoyed/checkpoint";
import { MismatchError, type PreprocessConfig, UnsupportedError } from "@samoyed/core";
import { findModel, type ModelInfo } from "@samoyed/models";
import { type RecordedLabels, recordedLabels } from "./recorded-labels.ts";
import { recordedPreprocess, type Settings } from "./recorded-preprocess.ts";
import { recordedSettings } from "./recorded-settings.ts";

/** A checkpoint's statements about its network besides the tensors. */
export interface RecordedModel {
  /** Everything that was found, by where it is in the file: `arch`, `args.model`, `args.img_size`. */
  readonly fields: ReadonlyMap<string, string>;
  /** Where the file names its network, such as `arch and args.model`; absent where no known name is found. */
  readonly named?: { readonly where: string; readonly info: ModelInfo };
  /** Names that are not known, in sentences. */
  readonly warnings: readonly string[];
  /** The number of classes, and where the file has it: `args.num_classes`. */
  readonly numClasses?: number;
  readonly numClassesFrom?: string;
  /** Settings that are not the network's own, by name: `pooling`. */
  readonly settings?: ReadonlyMap<string, string>;
  /** The names of the classes, in order, and where the file has them: `class_names`. */
  readonly labels?: RecordedLabels;
  /** How the training script prepared its images: the model's own way, with what `args` says in place of it. */
  readonly preprocess?: Partial<PreprocessConfig>;
}

/** Hint for a checkpoint that says something wrong of itself. */
export const STATE_DICT_ALONE = "In Python, save the state dict alone, and name the network with --model.";

/** The attributes of an object, or the entries of a dictionary. */
function settingsOf(value: CheckpointValue | undefined): Settings {
  const held = value !== undefined && isInertRecord(value) ? value.state : value;
  return held !== undefined && isMap(held) ? held : new Map();
}

/** Where training scripts save what they were given: timm's, Lightning's, mmengine's, and what people call it. */
const PLACES = ["args", "hyper_parameters", "config", "cfg", "meta"] as const;

/** The names under which they keep a network's. */
const NAMES = ["model", "model_name", "arch", "architecture", "backbone"] as const;

/** Where configurations keep a network's settings, and its name under `name`. */
const NESTED = ["model", "network", "net", "arch", "backbone"] as const;

type Places = readonly (readonly [place: string, settings: Settings])[];

/** A network's own settings inside those of a configuration. */
function nestedIn(place: string, settings: Settings): Places {
  return NESTED.flatMap((key) => {
    const inside = settingsOf(settings.get(key));
    const name = inside.get("name");
    if (inside.size === 0) return [];
    // `name` means the network only here.
    return [
      [`${place}.${key}`, typeof name === "string" ? new Map([...inside, ["model_name", name]]) : inside] as const,
    ];
  });
}

/** The settings in a checkpoint by where they are; the root's under an empty name. */
function placesIn(root: Settings): Places {
  const places = PLACES.map((place) => [place, settingsOf(root.get(place))] as const);
  return [["", root], ...places, ...places.flatMap(([place, settings]) => nestedIn(place, settings))];
}

/** The model of a name; `undefined` where no model has it. */
async function knownModel(name: string): Promise<ModelInfo | undefined> {
  try {
    return await findModel(name);
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}

/** Whether two names mean one network: tags differ in weights only. */
export function sameArchitecture(a: ModelInfo, b: ModelInfo): boolean {
  return a.architectureName === b.architectureName;
}

/** A known network's name, and where the file has it. */
interface NamedIn {
  readonly place: string;
  readonly where: string;
  readonly info: ModelInfo;
}

/** Every network that a checkpoint names. What is read is added to `fields`. */
async function namesIn(
  places: Places,
  { fields, warnings }: { readonly fields: Map<string, string>; readonly warnings: string[] },
): Promise<readonly NamedIn[]> {
  const found: NamedIn[] = [];
  for (const [place, settings] of places) {
    for (const key of NAMES) {
      const name = settings.get(key);
      if (typeof name !== "string" || name === "") continue;
      const where = place === "" ? key : `${place}.${key}`;
      fields.set(where, name);
      const info = await knownModel(name);
      if (info !== undefined) found.push({ place, where, info });
      else warnings.push(`The checkpoint's ${where} is ${JSON.stringify(name)}, which names no known network.`);
    }
  }
  return found;
}

/** @throws MismatchError when two names are not of the same network. */
function requireAgreement([first, ...others]: readonly NamedIn[], fields: ReadonlyMap<string, string>): void {
  const other = others.find(({ info }) => !sameArchitecture(info, first!.info));
  if (other === undefined) return;
  throw new MismatchError(
    `the checkpoint contradicts itself: its ${first!.where} is ${fields.get(first!.where)}, ` +
      `its ${other.where} is ${fields.get(other.where)}`,
    { hint: STATE_DICT_ALONE, details: Object.fromEntries(fields) },
  );
}

/**
 * Reads what a training checkpoint says of its network: its name in `arch`, and in the settings of timm's `train.py` (`args`,
 * timm 1.0.29, `timm/utils/checkpoint_saver.py`), of Lightning (`hyper_parameters`) and of others; what these say of its images;
 * the names of its classes.
 *
 * A name that is not known (a class's, such as `resnet`) decides nothing, and a warning says so.
 *
 * @throws MismatchError when two of them name a network, and not the same.
 * @throws FormatError when an option has a value that it cannot have; UnsupportedError for a pooling that is not built.
 */
export async function recordedModel({ root }: Pick<Checkpoint, "root">): Promise<RecordedModel> {
  const places = placesIn(isMap(root) ? root : new Map());
  const fields = new Map<string, string>();
  const warnings: string[] = [];
  const found = await namesIn(places, { fields, warnings });
  requireAgreement(found, fields);
  // Without a known model in them these are settings of something else, whose names may mean something else.
  const [where, settings] = places.find(([place]) => place !== "" && found.some((name) => name.place === place)) ?? [];
  const numClasses = settings?.get("num_classes");
  if (typeof numClasses === "number") fields.set(`${where}.num_classes`, String(numClasses));
  const changed = settings && recordedSettings(settings, { where: where!, fields });
  const preprocess =
    settings && recordedPreprocess(settings, { where: `the checkpoint's ${where}`, place: where!, fields });
  const labels = recordedLabels(places, fields);
  // The last one is of the settings, which have the tag.
  const info = found.at(-1)?.info;
  return {
    fields,
    warnings,
    ...(preprocess && { preprocess }),
    ...(info && { named: { where: found.map((name) => name.where).join(" and "), info } }),
    ...(typeof numClasses === "number" && { numClasses, numClassesFrom: `${where}.num_classes` }),
    ...(changed && { settings: changed }),
    ...(labels && { labels }),
  };
}
