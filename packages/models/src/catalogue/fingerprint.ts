import type { TensorType } from "../parameter.ts";
import { hashText } from "./hash-text.ts";

/** The names, over the whole catalogue, of tensors that depend on more than the architecture. */
export interface VariableNames {
  /** Tensors of classifiers. */
  readonly heads: ReadonlySet<string>;
  /** Tensors of which an axis is the number of input channels, and which. */
  readonly channels: ReadonlyMap<string, number>;
}

/** How many hashes of names a sketch keeps. */
const SKETCH = 12;
/** A counter of training steps, which evaluation does not use and checkpoints may lack. */
export const COUNTER: RegExp = /(?:^|\.)num_batches_tracked$/;

function described(tensors: ReadonlyMap<string, TensorType>, { heads }: VariableNames): string[] {
  return [...tensors.keys()].filter((name) => !heads.has(name) && !COUNTER.test(name)).sort();
}

/**
 * The fingerprint of a state dict: a hash of its names and shapes without the classifier, the number of input channels
 * and counters. Networks with one fingerprint need not be the same.
 */
export function fingerprint(tensors: ReadonlyMap<string, TensorType>, variable: VariableNames): string {
  const lines = described(tensors, variable).map((name) => {
    const masked = variable.channels.get(name);
    return `${name} ${tensors
      .get(name)!
      .shape.map((size, axis) => (axis === masked ? "C" : size))
      .join(",")}`;
  });
  return hashText(lines.join("\n"));
}

/** The least hashes of a state dict's names: the share that two sketches have in common estimates that of the names. */
export function sketch(tensors: ReadonlyMap<string, TensorType>, variable: VariableNames): readonly string[] {
  const hashes = described(tensors, variable).map((name) => hashText(name).slice(0, 8));
  return hashes.sort().slice(0, SKETCH);
}

/** The share of names that two state dicts have in common, 0 to 1, from their sketches. */
export function similarity(a: readonly string[], b: readonly string[]): number {
  const union = [...new Set([...a, ...b])].sort().slice(0, SKETCH);
  const [first, second] = [new Set(a), new Set(b)];
  return union.filter((hash) => first.has(hash) && second.has(hash)).length / Math.max(1, union.length);
}
