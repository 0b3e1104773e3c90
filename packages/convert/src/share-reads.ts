import { CHUNK_BYTES, type LazyTensor, lazyFromChunks, type ReadOptions } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";

/** One writer's view of a graph whose weights several writers read. */
export interface Share {
  readonly graph: Graph;
  /** Says that this writer reads no more; the others no longer wait for it. */
  readonly leave: () => void;
}

/** Views of a graph for several writers. */
export interface SharedReads {
  readonly shares: readonly Share[];
  /** Says that all writers are about to read; before, each gets what it asks for at once. */
  readonly begin: () => void;
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
 * weights in the graph's order, so they meet at each; one that does not costs a second read, and blocks no other. Before
 * they begin, while models are prepared, the few constants that they ask for are read for each.
 *
 * Memory: one weight.
 */
export function shareReads(graph: Graph, readers: number): SharedReads {
  if (readers === 1) return { shares: [{ graph, leave: () => undefined }], begin: () => undefined };
  let begun = false;
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

  const ask = (reader: number, place: number, options: ReadOptions): Promise<Uint8Array> => {
    if (!begun) return weights[place]!.read(options);
    return new Promise((resolve, reject) => {
      waiting.push({ reader, place, options, resolve, reject });
      proceed();
    });
  };

  const shares = Array.from({ length: readers }, (_, reader) => ({
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
  return { shares, begin: () => void (begun = true) };
}

function shared(weight: LazyTensor, fetch: (options: ReadOptions) => Promise<Uint8Array>): LazyTensor {
  // A weight that is in memory anyway costs nothing to read, and is read out of order.
  if (weight.tensor !== undefined) return weight;
  const lazy = lazyFromChunks(weight, async function* chunks(options) {
    const bytes = await fetch(options);
    for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
      yield bytes.subarray(start, start + CHUNK_BYTES);
    }
  });
  return weight.quantized === undefined ? lazy : { ...lazy, quantized: weight.quantized };
}
