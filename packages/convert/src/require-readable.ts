import type { Checkpoint } from "@samoyed/checkpoint";
import { type LazyTensor, UnsupportedError } from "@samoyed/core";

/** Most tensors in an error. */
const SHOWN = 5;

/**
 * Refuses weights that cannot be read, before anything is written: quantized, sparse or absent ones.
 *
 * @throws UnsupportedError with the first five.
 */
export function requireReadable(tensors: ReadonlyMap<string, LazyTensor>): void {
  const unreadable = [...tensors].filter(([, { stored }]) => stored !== undefined);
  if (unreadable.length === 0) return;
  const shown = unreadable.slice(0, SHOWN).map(([name, { stored }]) => `${name} is ${stored}`);
  const rest = unreadable.length > SHOWN ? `, and ${unreadable.length - SHOWN} more` : "";
  throw new UnsupportedError(`the weights cannot be read: ${shown.join(", ")}${rest}`, {
    hint: "In Python, save them as plain tensors: `.dequantize()`, `.to_dense()` or `.float()`.",
    details: { tensors: unreadable.map(([name]) => name) },
  });
}

/**
 * Refuses a file that is one of several without the others.
 *
 * @throws UnsupportedError when it is a shard by itself.
 */
export function requireComplete({ incomplete }: Pick<Checkpoint, "incomplete">): void {
  if (incomplete === undefined) return;
  throw new UnsupportedError(`the file is ${incomplete}`, {
    hint: "Give the index in place of a shard; the shards are looked for beside it.",
  });
}
