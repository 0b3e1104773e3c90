import { lazyFromChunks, readTensor } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { describe, expect, test } from "vitest";
import { type Share, shareReads } from "./share-reads.ts";

/** Views of a graph for writers that have begun. */
function begunShares(graph: Graph, readers: number): readonly Share[] {
  const { shares, begin } = shareReads(graph, readers);
  begin();
  return shares;
}

/** A graph of weights that count how often they are read; the n-th holds n. */
function counted(count: number): { readonly graph: Graph; readonly reads: number[] } {
  const reads: number[] = [];
  const b = createBuilder({ name: "counted" });
  let x = b.input("x", "float32", [1]);
  for (let place = 0; place < count; place++) {
    const weight = lazyFromChunks({ name: `w${place}`, dtype: "float32", shape: [1] }, async function* chunks() {
      reads.push(place);
      yield new Uint8Array(Float32Array.of(place).buffer);
    });
    x = b.node("Add", [x, b.initializer(weight)]);
  }
  b.output(x);
  return { graph: b.finish(), reads };
}

/** A writer that reads weights in an order of its own, and says what it read. */
async function readAll({ graph, leave }: Share, order: readonly number[]): Promise<number[]> {
  const found: number[] = [];
  try {
    for (const place of order) {
      const { data } = await readTensor(graph.initializers.get(`w${place}`)!);
      found.push(Number(data[0]));
    }
  } finally {
    leave();
  }
  return found;
}

const forward = [0, 1, 2, 3, 4];

describe("weights for several writers", () => {
  test.each([1, 2, 3])("%d writers in the graph's order read each once", async (readers) => {
    const { graph, reads } = counted(5);
    const shares = begunShares(graph, readers);
    const found = await Promise.all(shares.map((share) => readAll(share, forward)));
    expect(found).toEqual(shares.map(() => forward));
    expect(reads).toEqual(forward);
  });

  test("a writer that skips some, and one that goes backwards, get what they ask for", async () => {
    const { graph, reads } = counted(5);
    const [a, b, c] = begunShares(graph, 3);
    const orders = [forward, [1, 4], [4, 3, 2, 1, 0]];
    const found = await Promise.all([a!, b!, c!].map((share, index) => readAll(share, orders[index]!)));
    expect(found).toEqual(orders);
    expect(reads.length).toBeLessThan(orders.flat().length);
  });

  test("before they begin, one gets a weight though no other asks, and afterwards each is read once", async () => {
    const { graph, reads } = counted(5);
    const { shares, begin } = shareReads(graph, 2);
    const early = await readTensor(shares[1]!.graph.initializers.get("w3")!);
    expect(early.data).toEqual(Float32Array.of(3));
    begin();
    expect(await Promise.all(shares.map((share) => readAll(share, forward)))).toEqual([forward, forward]);
    expect(reads).toEqual([3, ...forward]);
  });

  test("a writer that stops blocks nobody", async () => {
    const { graph } = counted(5);
    const [a, b] = begunShares(graph, 2);
    const failing = readAll(a!, [0, 1]).then(() => {
      throw new Error("disk full");
    });
    const [first, second] = await Promise.allSettled([failing, readAll(b!, forward)]);
    expect(first.status).toBe("rejected");
    expect(second).toEqual({ status: "fulfilled", value: forward });
  });

  test("a weight that cannot be read fails for all who ask for it", async () => {
    const { graph } = counted(2);
    const broken = { ...graph.initializers.get("w1")!, read: () => Promise.reject(new Error("gone")) };
    const shares = begunShares({ ...graph, initializers: new Map([...graph.initializers, ["w1", broken]]) }, 2);
    const results = await Promise.allSettled(shares.map((share) => readAll(share, [0, 1])));
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});
