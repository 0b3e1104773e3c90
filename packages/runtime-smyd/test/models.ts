import { memorySink } from "@samoyed/core";
import { type WriteSmydOptions, writeSmyd } from "@samoyed/format-smyd";
import type { Graph } from "@samoyed/ir";

/** A graph as the bytes of a file. */
export async function smydBytes(graph: Graph, options: Omit<WriteSmydOptions, "sink"> = {}): Promise<Uint8Array> {
  const sink = memorySink();
  await writeSmyd(graph, { sink, ...options });
  await sink.commit();
  return sink.bytes();
}

/** The largest difference of two arrays, in terms of what is wanted at the most; NaN anywhere is infinitely far. */
export function relativeError(found: ArrayLike<number | bigint>, wanted: ArrayLike<number | bigint>): number {
  const largest = Array.from(wanted, Number).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  return distance(found, wanted) / largest;
}

/** The largest difference of two arrays; NaN anywhere is infinitely far. */
export function distance(found: ArrayLike<number | bigint>, wanted: ArrayLike<number | bigint>): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  const differences = Array.from(found, (value, index) => Math.abs(Number(value) - Number(wanted[index])));
  return differences.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(0, ...differences);
}
