import type { NamedTensors } from "./names.ts";
import { renameAll } from "./names.ts";

/**
 * The children of a ResNet by their numbers in `Sequential(*model.children())`, as fastai and feature extractors have them.
 */
const CHILDREN: ReadonlyMap<string, string> = new Map([
  ["0", "conv1"],
  ["1", "bn1"],
  ["4", "layer1"],
  ["5", "layer2"],
  ["6", "layer3"],
  ["7", "layer4"],
  ["9", "fc"],
]);

/** Those without tensors. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  ["2", "relu"],
  ["3", "maxpool"],
  ["8", "avgpool"],
]);

/** A module's path under a ResNet's names: `layer1.0.conv1` for `4.0.conv1`. */
export function renumberPath(path: string): string {
  const [first = "", ...rest] = path.split(".");
  return [CHILDREN.get(first) ?? OTHERS.get(first) ?? first, ...rest].join(".");
}

/** Numbered tensors under a ResNet's names; `undefined` if they are not numbered so. */
export function renumber(tensors: NamedTensors): NamedTensors | undefined {
  const isNumbered = tensors.has("0.weight") && tensors.has("4.0.conv1.weight") && tensors.has("7.0.conv1.weight");
  if (!isNumbered) return undefined;
  const names = new Map<string, string>();
  for (const name of tensors.keys()) {
    const dot = name.indexOf(".");
    const child = CHILDREN.get(name.slice(0, dot));
    if (child === undefined) return undefined;
    names.set(name, `${child}${name.slice(dot)}`);
  }
  return renameAll(tensors, (name) => names.get(name));
}
