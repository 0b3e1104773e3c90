import { nearestNames, UnsupportedError } from "@samoyed/core";
import { knownModels, type ModelInfo } from "./checkpoints.ts";
import { matchesGlob } from "./glob.ts";

/** The prefixes of names on the hub (timm 1.0.29, `timm/models/_factory.py`, `parse_model_name`; `hf_hub` in older ones). */
const ON_HUB = /^hf[-_]hub:/u;

/** A name without the prefixes that timm's own models have on the hub. */
function timmName(name: string): string {
  return name.replace(ON_HUB, "").replace(/^timm\//u, "");
}

/** Whether a pattern matches a name. A glob without a tag matches all tags, as in timm's `list_models`. */
function selects(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return name.includes(pattern);
  return matchesGlob(pattern, name) || (!pattern.includes(".") && matchesGlob(`${pattern}.*`, name));
}

/** Options of `listModels`. */
export interface ListModelsOptions {
  /** Whether former names match too; they do when absent. */
  readonly formerNames?: boolean;
}

/**
 * The networks that timm knows by name, in natural order.
 *
 * `pattern` is a glob if it contains `*` or `?`, otherwise a part of the name; former names match too.
 * Case does not matter. Source: timm 1.0.29.
 *
 * @throws what reading the tables throws, as `knownModels` does.
 */
export async function listModels(
  pattern = "",
  { formerNames = true }: ListModelsOptions = {},
): Promise<readonly ModelInfo[]> {
  const wanted = timmName(pattern.toLowerCase());
  // resnet18 before resnet101. Made here, since it takes 10 ms, and most uses of the package list nothing.
  const order = new Intl.Collator("en", { numeric: true });
  const { models } = await knownModels();
  return models
    .filter(({ name, aliases }) => [name, ...(formerNames ? aliases : [])].some((known) => selects(wanted, known)))
    .sort((a, b) => order.compare(a.name, b.name));
}

/**
 * Finds the network of a name: architecture and tag, an architecture alone (timm's default tag), or a former name; each
 * also as its repository on the hub (`timm/NAME`, `hf-hub:timm/NAME`).
 *
 * @throws UnsupportedError when there is none, with the nearest names, or timm has removed it.
 */
export async function findModel(given: string): Promise<ModelInfo> {
  const name = timmName(given);
  const { models, removed } = await knownModels();
  const found =
    models.find((model) => model.name === name || model.aliases.includes(name)) ??
    models.find((model) => model.architectureName === name) ??
    // A few of timm's networks are in their authors' repositories.
    models.find((model) => model.huggingFace === given.replace(ON_HUB, ""));
  if (found !== undefined) return found;
  const names = new Set(models.flatMap((model) => [model.architectureName, model.name, ...model.aliases]));
  const nearest = nearestNames(name, [...names], { count: 3 });
  throw new UnsupportedError(
    removed.has(name)
      ? `timm has removed ${JSON.stringify(name)}; its weights are published no longer`
      : `no model is named ${JSON.stringify(name)}; ${models.length} are known`,
    {
      hint: `The nearest names are ${nearest.join(", ")}.`,
      details: { name, nearest, removed: removed.has(name) },
    },
  );
}
