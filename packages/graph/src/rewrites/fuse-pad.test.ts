import { lazyTensor } from "@samoyed/core";
import fc from "fast-check";
import { noise } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { floats32, int64 } from "../../test/helpers.ts";
import { createBuilder, fusePad, interpret, rewriteGraph } from "../index.ts";
import { type Attribute, type Graph, int, ints, string } from "@samoyed/ir";

interface Case {
  readonly op?: "Conv" | "AveragePool" | "MaxPool";
  readonly before?: string;
  readonly pads?: readonly number[];
  readonly mode?: string;
  readonly value?: number;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly tap?: boolean;
}

function network({
  op = "Conv",
  before = "Relu",
  pads = [0, 0, 1, 2, 0, 0, 0, 1],
  mode = "constant",
  value,
  attributes = {},
  tap = false,
}: Case): Graph {
  const b = createBuilder({ name: "net" });
  const x = b.node(before, [b.input("x", "float32", ["N", 2, 6, 7])]);
  const inputs = [x, b.initializer(lazyTensor("pads", int64(pads)))];
  if (value !== undefined) inputs.push(b.initializer(lazyTensor("value", floats32([], [value]))));
  const padded = b.node("Pad", inputs, { name: "pad", attributes: { mode: string(mode) } });
  if (tap) b.output(padded);
  const operands = op === "Conv" ? [b.initializer(lazyTensor("w", noise([3, 2, 3, 3], 1)))] : [];
  const kernel: Record<string, Attribute> = op === "Conv" ? {} : { kernel_shape: ints([3, 3]) };
  b.output(b.node(op, [padded, ...operands], { name: "y", attributes: { ...kernel, ...attributes } }));
  return b.finish();
}

async function expectFused(item: Case): Promise<void> {
  const graph = network(item);
  const { graph: fused, applied, declined } = rewriteGraph(graph, [fusePad]);
  expect(declined).toEqual([]);
  expect(applied).toEqual([{ rewrite: "fusePad", node: "y" }]);
  expect(fused.nodes.map((node) => node.op)).toEqual([item.before ?? "Relu", item.op ?? "Conv"]);
  expect(fused.initializers.has("pads")).toBe(false);
  const x = noise([2, 2, 6, 7], 4);
  expect(await interpret(fused, { x })).toEqual(await interpret(graph, { x }));
}

describe("fusePad", () => {
  test("pads add up in a convolution, whatever its own, strides and dilations", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 8, maxLength: 8 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 2 }),
        async (amounts, stride, dilation) => {
          const [a, b, c, d, ...own] = amounts as [number, number, number, number, ...number[]];
          await expectFused({
            pads: [0, 0, a, b, 0, 0, c, d],
            attributes: { pads: ints(own), strides: ints([stride, stride]), dilations: ints([dilation, dilation]) },
          });
        },
      ),
      { numRuns: 25 },
    );
  });

  test("a convolution with auto_pad VALID gets the pads", () =>
    expectFused({ attributes: { auto_pad: string("VALID") } }));

  test("an average pool counts the zeros", async () => {
    await expectFused({ op: "AveragePool" });
    await expectFused({ op: "AveragePool", attributes: { strides: ints([2, 2]) } });
    await expectFused({
      op: "AveragePool",
      pads: [0, 0, 1, 1, 0, 0, 1, 1],
      attributes: { pads: ints([1, 0, 1, 1]), count_include_pad: int(1) },
    });
  });

  test("a max pool takes −∞ always, and zeros after a Relu", async () => {
    await expectFused({ op: "MaxPool", before: "Neg", value: Number.NEGATIVE_INFINITY });
    await expectFused({ op: "MaxPool", attributes: { strides: ints([2, 2]) } });
  });

  const declines: [string, Case, string][] = [
    ["a reflection", { mode: "reflect" }, 'its mode is "reflect"'],
    ["another value", { value: 1 }, "the padded value is 1; Conv pads with 0"],
    ["a crop", { pads: [0, 0, -1, 0, 0, 0, 0, 0] }, "it cuts elements off"],
    ["padded channels", { pads: [0, 0, 0, 0, 0, 1, 0, 0], op: "MaxPool" }, "it pads the batch or the channels"],
    ["a tapped Pad", { tap: true }, '"pad", between the two, is a graph output'],
    ["auto_pad", { attributes: { auto_pad: string("SAME_UPPER") } }, "the Conv has auto_pad SAME_UPPER"],
    [
      "zeros before a max pool of anything",
      { op: "MaxPool", before: "Neg" },
      "the padded value is 0, which may be larger than what a window sees",
    ],
    [
      "an average pool with uncounted pads",
      { op: "AveragePool", attributes: { pads: ints([1, 1, 1, 1]) } },
      "the pool does not count its own padding, and must count the Pad's",
    ],
    ["ceil_mode", { op: "AveragePool", attributes: { ceil_mode: int(1) } }, "the pool rounds its output's size up"],
    [
      "padding as large as the kernel",
      { op: "AveragePool", pads: [0, 0, 3, 0, 0, 0, 0, 0] },
      "the padding would reach the size of the pool's kernel",
    ],
  ];
  test.each(declines)("declines %s", (_, item, reason) => {
    const graph = network(item);
    const result = rewriteGraph(graph, [fusePad]);
    expect(result.declined.map((entry) => entry.reason)).toEqual([reason]);
    expect(result.graph.nodes).toEqual(graph.nodes);
  });
});
