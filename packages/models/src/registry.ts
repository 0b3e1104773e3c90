import { nearestNames, UnsupportedError } from "@samoyed/core";
import { checkpoints, type ModelInfo } from "./checkpoints.ts";
import { matchesGlob } from "./glob.ts";

/** Whether a pattern matches a name. A glob without a tag matches all tags, as in timm's `list_models`. */
function selects(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return name.includes(pattern);
  return matchesGlob(pattern, name) || (!pattern.includes(".") && matchesGlob(`${pattern}.*`, name));
}

/**
 * The networks that timm knows by name, in natural order.
 *
 * `pattern` is a glob if it contains `*` or `?`, otherwise a part of the name; former names match too.
 * Case does not matter. Source: timm 1.0.29.
 *
 * @throws what reading the table throws, as `checkpoints` does.
 */
export async function listModels(pattern = ""): Promise<readonly ModelInfo[]> {
  const wanted = pattern.toLowerCase();
  // resnet18 before resnet101. Made here, since it takes 10 ms, and most uses of the package list nothing.
  const order = new Intl.Collator("en", { numeric: true });
  return (await checkpoints())
    .filter(({ name, aliases }) => [name, ...aliases].some((known) => selects(wanted, known)))
    .sort((a, b) => order.compare(a.name, b.name));
}

/**
 * Finds the network of a name: architecture and tag, an architecture alone (timm's default tag), or a former name.
 *
 * @throws UnsupportedError when there is none, with the nearest names.
 */
export async function findModel(name: string): Promise<ModelInfo> {
  const known = await checkpoints();
  const found =
    known.find((model) => model.name === name || model.aliases.includes(name)) ??
    known.find((model) => model.architectureName === name);
  if (found !== undefined) return found;
  const names = new Set(known.flatMap((model) => [model.architectureName, model.name, ...model.aliases]));
  const nearest = nearestNames(name, [...names], { count: 3 });
  throw new UnsupportedError(`no model is named ${JSON.stringify(name)}; ${known.length} are known`, {
    hint: `The nearest names are ${nearest.join(", ")}.`,
    details: { name, nearest },
  });
}
