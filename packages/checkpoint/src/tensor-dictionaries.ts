import type { LazyTensor } from "@samoyed/core";
import { type Checkpoint, type CheckpointValue, isInertRecord, isLazyTensor, isMap, keyText } from "./checkpoint.ts";
import { type ModuleFacts, isModule, moduleState } from "./module-state.ts";
import { moduleTensors } from "./state-dict.ts";

/** A dictionary of tensors in a checkpoint, or a module described there. */
export interface TensorDictionary {
  /** The keys that lead to it from the root; empty for the root itself. */
  readonly path: readonly string[];
  /** By the names in it, in file order; values that are not tensors are left out. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** Of a whole module: the class and the settings of each module in it, by its path. */
  readonly modules?: ReadonlyMap<string, ModuleFacts>;
}

/** More than any training script saves: an optimizer has one dictionary for each parameter. */
const MAX_DICTIONARIES = 100_000;

/** Deeper dictionaries are an object's insides, not what a script put together. */
const MAX_DEPTH = 32;

/**
 * Finds every dictionary of a checkpoint that has tensors, and every module, outer ones first. A dictionary that is
 * reached in several ways is listed under the first.
 */
export function tensorDictionaries({ root }: Pick<Checkpoint, "root">): readonly TensorDictionary[] {
  const found: TensorDictionary[] = [];
  const seen = new Set<CheckpointValue>();
  const add = (path: readonly string[], tensors: ReadonlyMap<string, LazyTensor>): void => {
    if (tensors.size > 0) found.push({ path, tensors });
  };
  const visit = (value: CheckpointValue, path: readonly string[]): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    if (seen.size >= MAX_DICTIONARIES || path.length > MAX_DEPTH) return;
    seen.add(value);
    if (isModule(value)) {
      const { tensors, facts } = moduleState(value);
      if (tensors.size > 0) found.push({ path, tensors, modules: facts });
    } else if (isInertRecord(value) && value.global.startsWith("__torch__.")) {
      add(path, moduleTensors(value));
    } else if (isInertRecord(value)) {
      // An object around a module or a dictionary, such as fastai's Learner.
      for (const item of [value.state, value.entries, ...value.args, ...(value.items ?? [])]) {
        if (item !== undefined) visit(item, path);
      }
    } else if (isMap(value)) {
      add(path, new Map([...value].flatMap(([key, item]) => (isLazyTensor(item) ? [[keyText(key), item]] : []))));
      for (const [key, item] of value) visit(item, [...path, keyText(key)]);
    } else if (Array.isArray(value)) {
      value.forEach((item: CheckpointValue, index) => visit(item, [...path, String(index)]));
    }
  };
  visit(root, []);
  return found;
}
