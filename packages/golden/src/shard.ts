import { UsageError } from "@samoyed/core";

/** The most machines that a check is divided among. */
const MAX_SHARDS = 1000;

/** One part of `of`, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/**
 * Reads `2/3`.
 *
 * @throws UsageError when it is not `I/N` with 1 ≤ I ≤ N ≤ 1000.
 */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(text);
  const index = Number(match?.[1]);
  const of = Number(match?.[2]);
  if (!match || index < 1 || index > of || of > MAX_SHARDS) {
    throw new UsageError(`the shard is ${JSON.stringify(text)}; expected I/N with 1 ≤ I ≤ N ≤ ${MAX_SHARDS}`, {
      hint: "For the second of three machines, write 2/3.",
    });
  }
  return { index, of };
}

/** Selects the items of one shard: every N-th in the order of their keys, so that each item goes to exactly one machine. */
export function shardOf<T>(
  items: readonly T[],
  options: { readonly shard: Shard; readonly key: (item: T) => string },
): T[] {
  const { shard, key } = options;
  const ordered = items.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  return ordered.filter((_, index) => index % shard.of === shard.index - 1);
}
