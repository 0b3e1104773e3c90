import type { NamedTensors } from "./names.ts";
import { renameAll } from "./names.ts";

/**
 * The children of a ResNet by their numbers in `Sequential(*model.children())`, as fastai and feature extractors have them.
 * Those without tensors (2, 3, 8) are the activation and the poolings.
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
