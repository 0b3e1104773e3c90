import type { JsonSchema } from "@samoyed/core";
import type { ModelInfo } from "./checkpoints.ts";
import { damagedTable, readTable } from "./read-table.ts";

/** ImageNet's thousand classes, small; and all of its classes, of which the larger sets are parts in orders of their own. */
const THOUSAND = "imagenet-1k.json.deflate";
const ALL = "imagenet-22k.json.deflate";

/** The larger sets by their number of classes, which tells them apart (timm 1.0.29, `imagenet_info.py`). */
const LARGER: ReadonlyMap<number, string> = new Map([
  [11_221, "imagenet-21k-miil"],
  [11_821, "imagenet-12k"],
  [21_841, "imagenet-22k"],
  [21_842, "imagenet-22k-ms"],
  [21_843, "imagenet-21k-goog"],
]);

const NAMES = { type: "array", items: { type: "string" } } as const satisfies JsonSchema;
const VERSION = { type: "integer" } as const satisfies JsonSchema;
const THOUSAND_SCHEMA: JsonSchema = {
  type: "object",
  properties: { version: VERSION, names: { ...NAMES, minItems: 1000, maxItems: 1000 } },
  required: ["version", "names"],
};
const PLACES = { type: "array", items: { type: "integer", minimum: 0 } } as const satisfies JsonSchema;
const ALL_SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    version: VERSION,
    names: NAMES,
    sets: {
      type: "object",
      properties: Object.fromEntries([...LARGER.values()].map((set) => [set, PLACES])),
      required: [...LARGER.values()],
    },
  },
  required: ["version", "names", "sets"],
};

interface AllNames {
  readonly names: readonly string[];
  readonly sets: Readonly<Record<string, readonly number[]>>;
}

/**
 * ImageNet's 1,000 class names, in the order of classifiers. Source: PyTorch's hub, `imagenet_classes.txt`.
 *
 * @throws what `readTable` throws.
 */
export async function imagenetNames(): Promise<readonly string[]> {
  return ((await readTable(THOUSAND, THOUSAND_SCHEMA)) as { readonly names: readonly string[] }).names;
}

/**
 * The set of classes that a published checkpoint was trained on, by its tag (`…_in1k`, `…_in12k`, `…_in21k`, `…_in22k`) and
 * its number of classes: `imagenet-1k`, or a larger one; `undefined` for any other.
 */
export function classSet({ name, numClasses }: Pick<ModelInfo, "name" | "numClasses">): string | undefined {
  if (numClasses === 1000) return /\..*in1k/u.test(name) ? "imagenet-1k" : undefined;
  return /\..*in(?:12|21|22)k/u.test(name) ? LARGER.get(numClasses) : undefined;
}

/**
 * The class names of a published checkpoint that was trained on ImageNet or a larger set of its classes; `undefined` for
 * any other.
 *
 * @throws what `readTable` throws.
 */
export async function classNames(
  model: Pick<ModelInfo, "name" | "numClasses">,
): Promise<readonly string[] | undefined> {
  const set = classSet(model);
  if (set === undefined) return undefined;
  if (set === "imagenet-1k") return imagenetNames();
  const { names, sets } = (await readTable(ALL, ALL_SCHEMA)) as AllNames;
  const found = sets[set]!.map((index) => names[index]);
  if (found.length === model.numClasses && found.every((label) => label !== undefined)) return found;
  throw damagedTable(ALL, `${set} does not have ${model.numClasses} names`);
}
