import { type Checkpoint, type CheckpointValue, isInertRecord, isMap } from "@samoyed/checkpoint";
import { MismatchError, type PreprocessConfig, UnsupportedError } from "@samoyed/core";
import { findModel, type ModelInfo } from "@samoyed/models";
import { recordedPreprocess, type Settings } from "./recorded-preprocess.ts";

/** A checkpoint's statements about its network besides the tensors. */
export interface RecordedModel {
  /** Everything that was found, by where it is in the file: `arch`, `args.model`, `args.img_size`. */
  readonly fields: ReadonlyMap<string, string>;
  /** Where the file names its network, such as `arch and args.model`; absent where no known name is found. */
  readonly named?: { readonly where: string; readonly info: ModelInfo };
  /** Names that are not known, in sentences. */
  readonly warnings: readonly string[];
  /** `args.num_classes`. */
  readonly numClasses?: number;
  /** How the training script prepared its images: the model's own way, with what `args` says in place of it. */
  readonly preprocess?: Partial<PreprocessConfig>;
}

/** Hint for a checkpoint that says something wrong of itself. */
export const STATE_DICT_ALONE = "In Python, save the state dict alone, and name the network with --model.";

/** The attributes of a namespace, or the entries of a dictionary. */
function settingsOf(value: CheckpointValue | undefined): Settings {
  const held =
    value !== undefined && isInertRecord(value) && value.global === "argparse.Namespace" ? value.state : value;
  return held !== undefined && isMap(held) ? held : new Map();
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

/**
 * Reads what a training checkpoint of timm says of its network (timm 1.0.29, `timm/utils/checkpoint_saver.py`): the
 * model's name in `arch` and in `args.model`, and the options of `train.py` in `args`. Other files have nothing of it.
 *
 * A name that is not known (a class's, such as `resnet`) decides nothing, and a warning says so.
 *
 * @throws MismatchError when both name a network, and not the same.
 * @throws FormatError when an option has a value that it cannot have.
 */
export async function recordedModel({ root }: Pick<Checkpoint, "root">): Promise<RecordedModel> {
  const entries: Settings = isMap(root) ? root : new Map();
  const args = settingsOf(entries.get("args"));
  const fields = new Map<string, string>();
  const warnings: string[] = [];
  const found: { readonly where: string; readonly info: ModelInfo }[] = [];
  for (const [where, name] of [
    ["arch", entries.get("arch")],
    ["args.model", args.get("model")],
  ] as const) {
    if (typeof name !== "string" || name === "") continue;
    fields.set(where, name);
    const info = await knownModel(name);
    if (info !== undefined) found.push({ where, info });
    else warnings.push(`The checkpoint's ${where} is ${JSON.stringify(name)}, which names no known network.`);
  }
  const [first, second] = found;
  if (first !== undefined && second !== undefined && !sameArchitecture(first.info, second.info)) {
    throw new MismatchError(
      `the checkpoint contradicts itself: its ${first.where} is ${fields.get(first.where)}, ` +
        `its ${second.where} is ${fields.get(second.where)}`,
      {
        hint: STATE_DICT_ALONE,
        details: Object.fromEntries(fields),
      },
    );
  }
  // Without a known model in them these are another script's settings, whose names may mean something else.
  const isTimms = found.some(({ where }) => where === "args.model");
  const numClasses = isTimms ? args.get("num_classes") : undefined;
  if (typeof numClasses === "number") fields.set("args.num_classes", String(numClasses));
  const preprocess = isTimms ? recordedPreprocess(args, fields) : undefined;
  return {
    fields,
    warnings,
    ...(preprocess && { preprocess }),
    ...(first && { named: { where: found.map(({ where }) => where).join(" and "), info: (second ?? first).info } }),
    ...(typeof numClasses === "number" && { numClasses }),
  };
}
