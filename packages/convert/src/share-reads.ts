import { CHUNK_BYTES, type LazyTensor, lazyFromChunks, type ReadOptions } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";

/** One writer's view of a graph whose weights several writers read. */
export interface Share {
  readonly graph: Graph;
  /** Says that this writer reads no more; the others no longer wait for it. */
  readonly leave: () => void;
}

interface Request {
  readonly reader: number;
  readonly place: number;
  readonly options: ReadOptions;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gives several writers the same weights, each read once for all: a writer that asks for a weight waits until every other
 * one waits too, and then the earliest weight that a writer waits for is read for all who asked for it. Writers take
 * weights in the graph's order, so they meet at each; one that does not costs a second read, and blocks no other.
 *
 * Memory: one weight.
 */
export function shareReads(graph: Graph, readers: number): readonly Share[] {
  if (readers === 1) return [{ graph, leave: () => undefined }];
  const active = new Set(Array.from({ length: readers }, (_, reader) => reader));
  const weights = [...graph.initializers.values()];
  let waiting: Request[] = [];

  const proceed = (): void => {
    const asking = new Set(waiting.map((request) => request.reader));
    if (asking.size === 0 || asking.size < active.size) return;
    const place = Math.min(...waiting.map((request) => request.place));
    const served = waiting.filter((request) => request.place === place);
    waiting = waiting.filter((request) => request.place !== place);
    weights[place]!.read(served[0]!.options).then(
      (bytes) => {
        for (const request of served) request.resolve(bytes);
      },
      (error: unknown) => {
        for (const request of served) request.reject(error);
      },
    );
  };

  const ask = (reader: number, place: number, options: ReadOptions): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      waiting.push({ reader, place, options, resolve, reject });
      proceed();
    });

  return Array.from({ length: readers }, (_, reader) => ({
    graph: {
      ...graph,
      initializers: new Map(
        weights.map((weight, place) => [weight.name, shared(weight, (options) => ask(reader, place, options))]),
      ),
    },
    leave() {
      active.delete(reader);
      proceed();
    },
  }));
}

function shared(weight: LazyTensor, fetch: (options: ReadOptions) => Promise<Uint8Array>): LazyTensor {
  // A weight that is in memory anyway costs nothing to read, and is read out of order.
  if (weight.tensor !== undefined) return weight;
  return lazyFromChunks(weight, async function* chunks(options) {
    const bytes = await fetch(options);
    for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
      yield bytes.subarray(start, start + CHUNK_BYTES);
    }
  });
}
