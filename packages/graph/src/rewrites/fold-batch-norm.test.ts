import { arrayToBytes, lazyFromChunks, lazyTensor, type LazyTensor, readTensor, type Tensor } from "@samoyed/core";
import fc from "fast-check";
import { processorTime } from "@samoyed/test-support/processor-time";
import { noise } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { floats32 } from "../../test/helpers.ts";
import { createBuilder, foldBatchNorm, interpret, rewriteGraph } from "../index.ts";
import { float, type Graph, int, ints } from "@samoyed/ir";

interface Layer {
  readonly channels?: number;
  readonly outputs?: number;
  readonly group?: number;
  readonly bias?: boolean;
  readonly epsilon?: number;
  readonly seed?: number;
  /** Wraps the convolution's weight, to change how it is read. */
  readonly wrap?: (weight: LazyTensor) => LazyTensor;
  /** Stands in for the convolution's weight. */
  readonly weight?: LazyTensor;
}

/** x → Conv → BatchNormalization → y, and what else a test adds between or after. */
function network(
  layer: Layer = {},
  extend: (b: ReturnType<typeof createBuilder>, names: { conv: string; norm: string }) => void = () => {},
): Graph {
  const { channels = 4, outputs = 6, group = 1, bias = false, epsilon = 1e-3, seed = 1, wrap = (w) => w } = layer;
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", ["N", channels, 5, 5]);
  const w = layer.weight ?? wrap(lazyTensor("conv1.weight", noise([outputs, channels / group, 3, 3], seed)));
  const weights = [b.initializer(w)];
  if (bias) weights.push(b.initializer(lazyTensor("conv1.bias", noise([outputs], seed + 1))));
  const conv = b.node("Conv", [x, ...weights], {
    name: "conv1",
    attributes: { group: int(group), pads: ints([1, 1, 1, 1]) },
  });
  const parameters = ["weight", "bias", "running_mean", "running_var"].map((name, index) => {
    const values = noise([outputs], seed + 2 + index);
    const positive = floats32(
      [outputs],
      values.data.map((value) => Math.abs(value) + 0.1),
    );
    return b.initializer(lazyTensor(`bn1.${name}`, name === "running_var" ? positive : values));
  });
  const norm = b.node("BatchNormalization", [conv, ...parameters], {
    name: "bn1",
    attributes: { epsilon: float(epsilon) },
  });
  extend(b, { conv, norm });
  b.output(norm);
  return b.finish();
}

async function outputs(graph: Graph, x: Tensor): Promise<Tensor> {
  return (await interpret(graph, { x })).get("bn1")!;
}

/** The largest difference, relative to the largest value: rounding in float32 is 6e-8 a step, a wrong fold is far more. */
function relativeError(a: Tensor, b: Tensor): number {
  let [worst, scale] = [0, 0];
  for (let index = 0; index < a.data.length; index++) {
    worst = Math.max(worst, Math.abs(Number(a.data[index]) - Number(b.data[index])));
    scale = Math.max(scale, Math.abs(Number(a.data[index])));
  }
  return worst / scale;
}

describe("foldBatchNorm", () => {
  test("leaves one Conv with a bias, the output's name, and the weight's", async () => {
    const graph = network();
    const { graph: folded, applied, declined } = rewriteGraph(graph, [foldBatchNorm]);
    expect(folded.nodes.map((node) => [node.op, ...node.inputs, ...node.outputs])).toEqual([
      ["Conv", "x", "conv1.weight", "conv1.bias", "bn1"],
    ]);
    expect([...folded.initializers.keys()]).toEqual(["conv1.weight", "conv1.bias"]);
    expect(applied).toEqual([{ rewrite: "foldBatchNorm", node: "bn1" }]);
    expect(declined).toEqual([]);
  });

  test("computes the same, for any group, with and without bias", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          group: fc.constantFrom(1, 2, 4),
          multiplier: fc.integer({ min: 1, max: 3 }),
          bias: fc.boolean(),
          epsilon: fc.constantFrom(1e-5, 1e-3),
          seed: fc.nat(1000),
        }),
        async ({ group, multiplier, bias, epsilon, seed }) => {
          const graph = network({ channels: 4, outputs: 4 * multiplier, group, bias, epsilon, seed });
          const { graph: folded } = rewriteGraph(graph, [foldBatchNorm]);
          expect(folded.nodes).toHaveLength(1);
          const x = noise([2, 4, 5, 5], seed + 50);
          expect(relativeError(await outputs(graph, x), await outputs(folded, x))).toBeLessThan(4e-7);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("each weight is the double product, rounded once, whatever way the chunks are cut", async () => {
    const plain = rewriteGraph(network({ group: 2 }), [foldBatchNorm]).graph;
    const expected = await readTensor(plain.initializers.get("conv1.weight")!);
    const weight = noise([6, 2, 3, 3], 1).data;
    const [gamma, variance] = [noise([6], 3).data, noise([6], 6).data.map((value) => Math.abs(value) + 0.1)];
    for (const [index, value] of expected.data.entries()) {
      const channel = Math.floor(index / 18);
      const scale = gamma[channel]! / Math.sqrt(variance[channel]! + Math.fround(1e-3));
      expect(value).toBe(Math.fround(weight[index]! * scale));
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        fc.integer({ min: 0, max: 3 }),
        async (sizes, shift) => {
          // Pieces of any length, at any alignment, as a checkpoint's stream may give them.
          const wrap = (weight: LazyTensor): LazyTensor =>
            lazyFromChunks(weight, async function* chunks() {
              const bytes = await weight.read();
              for (let start = 0, turn = 0; start < bytes.length; turn++) {
                const piece = bytes.subarray(start, start + sizes[turn % sizes.length]!);
                const moved = new Uint8Array(piece.length + shift);
                moved.set(piece, shift);
                yield moved.subarray(shift);
                start += piece.length;
              }
            });
          const graph = rewriteGraph(network({ group: 2, wrap }), [foldBatchNorm]).graph;
          expect(await readTensor(graph.initializers.get("conv1.weight")!)).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("reads nothing before a weight is asked for", () => {
    const wrap = (weight: LazyTensor): LazyTensor => ({
      ...weight,
      read: () => Promise.reject(new Error("read")),
      chunks: () => {
        throw new Error("read");
      },
    });
    expect(rewriteGraph(network({ wrap }), [foldBatchNorm]).applied).toHaveLength(1);
  });

  test("a failed read of the parameters does not stick", async () => {
    const graph = network();
    const initializers = new Map(graph.initializers);
    const mean = initializers.get("bn1.running_mean")!;
    let failures = 1;
    initializers.set("bn1.running_mean", {
      ...mean,
      read: async (options) => {
        if (failures-- > 0) throw new Error("broken connection");
        return mean.read(options);
      },
    });
    const bias = rewriteGraph({ ...graph, initializers }, [foldBatchNorm]).graph.initializers.get("conv1.bias")!;
    await expect(bias.read()).rejects.toThrow("broken connection");
    const good = rewriteGraph(graph, [foldBatchNorm]).graph.initializers.get("conv1.bias")!;
    expect(await bias.read()).toEqual(await good.read());
  });

  test("folds both when two convolutions share a weight", async () => {
    const b = createBuilder({ name: "net" });
    const x = b.input("x", "float32", [1, 2, 3, 3]);
    const w = b.initializer(lazyTensor("weight", noise([2, 2, 1, 1], 1)));
    const sums = [1, 2].map((part) => {
      const parameters = ["a", "b", "c", "d"].map((name, index) =>
        b.initializer(lazyTensor(`${part}.${name}`, floats32([2], [index + part, 0.5]))),
      );
      return b.node("BatchNormalization", [b.node("Conv", [x, w]), ...parameters]);
    });
    b.output(b.node("Add", sums, { name: "bn1" }));
    const graph = b.finish();
    const { graph: folded } = rewriteGraph(graph, [foldBatchNorm]);
    expect(folded.nodes.map((node) => node.op)).toEqual(["Conv", "Conv", "Add"]);
    const input = noise([1, 2, 3, 3], 9);
    expect(relativeError(await outputs(graph, input), await outputs(folded, input))).toBeLessThan(4e-7);
  });

  describe("declines, with a reason", () => {
    const reason = (graph: Graph): string => {
      const result = rewriteGraph(graph, [foldBatchNorm]);
      expect(result.applied).toEqual([]);
      expect(result.graph.nodes).toEqual(graph.nodes);
      return result.declined.map((entry) => entry.reason).join();
    };

    test("a tap between the two", () => {
      expect(reason(network({}, (b, { conv }) => b.output(conv)))).toBe(
        '"conv1", between the convolution and the batch norm, is a graph output',
      );
    });

    test("another user of the convolution", () => {
      const graph = network({}, (b, { conv }) => b.output(b.node("Relu", [conv], { name: "other" })));
      expect(reason(graph)).toBe('"conv1" is also used by node "other"');
    });

    test("training mode", () => {
      const graph = network();
      const nodes = graph.nodes.map((node) =>
        node.op === "Conv" ? node : { ...node, attributes: { ...node.attributes, training_mode: int(1) } },
      );
      expect(reason({ ...graph, nodes })).toBe("the batch norm is in training mode");
    });

    test("a weight that is computed", () => {
      const b = createBuilder({ name: "net" });
      const x = b.input("x", "float32", [1, 2, 3, 3]);
      const w = b.input("w", "float32", [2, 2, 1, 1]);
      const parameters = ["a", "b", "c", "d"].map((name) => b.initializer(lazyTensor(name, floats32([2], [1, 2]))));
      b.output(b.node("BatchNormalization", [b.node("Conv", [x, w]), ...parameters]));
      expect(reason(b.finish())).toBe('"w" is computed, not a weight');
    });

    test("half-precision weights", () => {
      const b = createBuilder({ name: "net" });
      const x = b.input("x", "float16", [1, 1, 3, 3]);
      const half = (name: string, shape: number[]): string =>
        b.initializer(
          lazyTensor(name, { dtype: "float16", shape, data: new Uint16Array(shape.reduce((p, n) => p * n, 1)) }),
        );
      const conv = b.node("Conv", [x, half("w", [1, 1, 1, 1])]);
      b.output(b.node("BatchNormalization", [conv, ...["a", "b", "c", "d"].map((name) => half(name, [1]))]));
      expect(reason(b.finish())).toBe('"w" is float16, in which the product would be rounded visibly');
    });
  });

  test("scales 16 M weights well below a second", async () => {
    // The budget is 0.3 s for 194 M; this is a twelfth of it.
    const count = 1 << 24;
    const chunk = new Float32Array(1 << 18).fill(1.5);
    const info = { name: "conv1.weight", dtype: "float32", shape: [1 << 10, 1 << 14, 1, 1] } as const;
    const weight = lazyFromChunks(info, async function* chunks() {
      for (let start = 0; start < count; start += chunk.length) yield arrayToBytes(chunk);
    });
    const graph = network({ channels: 1 << 14, outputs: 1 << 10, weight });
    const folded = rewriteGraph(graph, [foldBatchNorm]).graph.initializers.get("conv1.weight")!;
    let bytes = 0;
    const used = processorTime();
    for await (const piece of folded.chunks()) bytes += piece.byteLength;
    const milliseconds = used();
    expect(bytes).toBe(4 * count);
    expect(milliseconds).toBeLessThan(1000);
  });
});
