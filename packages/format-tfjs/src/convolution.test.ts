import { interpret } from "@samoyed/graph";
import { type Attribute, ints } from "@samoyed/ir";
import { difference } from "@samoyed/test-support/difference";
import { describe, expect, test } from "vitest";
import { type ConvOptions, convGraph, input } from "../test/graphs.ts";
import { loadFiles, modelJsonOf, runModel, toFiles } from "../test/tfjs.ts";

/** Sums of at most 72 float32 products of size 1, in another order. */
const TOLERANCE = { rtol: 1e-5, atol: 2e-5 };

async function expectSame(options: ConvOptions, groupBudget: number): Promise<readonly string[]> {
  const graph = convGraph(options);
  const files = await toFiles(graph, { groupBudget });
  const model = await loadFiles(files);
  const output = graph.outputs[0]!.name;
  const inputs = { input: input([2, options.channels, 9, 7]) };
  const found = (await runModel(model, inputs, [output])).get(output)!;
  const expected = (await interpret(graph, inputs)).get(output)!;
  expect(difference(found, expected, TOLERANCE)).toBeUndefined();
  model.dispose();
  return modelJsonOf(files).modelTopology.node.map(({ name, op }) => `${name} ${op}`);
}

const budgets = [0, 1, 3, 100];

describe.each(budgets)("grouped convolutions with a budget of %d", (budget) => {
  const attributes: readonly (readonly [string, Readonly<Record<string, Attribute>>])[] = [
    ["stride 1", {}],
    ["stride 2", { strides: ints([2, 2]) }],
    ["dilation", { dilations: ints([2, 2]), pads: ints([2, 2, 2, 2]) }],
    ["stride and dilation", { strides: ints([2, 2]), dilations: ints([2, 2]), pads: ints([2, 2, 2, 2]) }],
    ["uneven padding", { pads: ints([0, 2, 1, 0]) }],
    ["uneven strides", { strides: ints([1, 2]) }],
  ];
  test.each(attributes)("%s", async (_, given) => {
    await expectSame({ groups: 8, channels: 16, attributes: given }, budget);
    await expectSame({ groups: 4, channels: 8, outputs: 24, attributes: given, activation: "Relu" }, budget);
  });

  test("the image's size open", async () => {
    await expectSame({ groups: 4, channels: 16, size: ["H", "W"] }, budget);
  });
});

test("nodes are named so that a runtime recognizes the pattern", async () => {
  const nodes = await expectSame({ groups: 2, channels: 6, activation: "Relu" }, 0);
  expect(nodes.filter((node) => !node.startsWith("const/"))).toEqual([
    "input Placeholder",
    "input/nhwc Transpose",
    "conv/pad PadV2",
    "conv/group_split Split",
    "conv.weight/group Const",
    "conv/group_0 Conv2D",
    "conv.weight/group_1 Const",
    "conv/group_1 Conv2D",
    "conv/group_concat ConcatV2",
    "conv.bias Const",
    "conv BiasAdd",
    "act Relu",
    "act/nchw Transpose",
  ]);
});

test("depthwise convolutions, with a multiplier and with uneven strides", async () => {
  const nodes = await expectSame({ groups: 6, channels: 6, outputs: 12 }, 0);
  expect(nodes).toContain("conv/dense DepthwiseConv2dNative");
  await expectSame({ groups: 6, channels: 6, attributes: { strides: ints([2, 1]) }, activation: "Relu" }, 0);
});

test("plain convolutions take bias and Relu along", async () => {
  const nodes = await expectSame({ groups: 1, channels: 4, activation: "Relu" }, 0);
  expect(nodes).toContain("act _FusedConv2D");
  expect(nodes.some((node) => node.endsWith(" Relu"))).toBe(false);
});

const activations = ["Relu", "LeakyRelu", "Clip", "Sigmoid"] as const;

describe.each(activations)("%s after a convolution without bias", (activation) => {
  const bias = false;

  test("plain", async () => {
    const nodes = await expectSame({ groups: 1, channels: 4, bias, activation }, 0);
    expect(nodes).toContain("conv Conv2D");
  });

  test("strided and dilated", async () => {
    const attributes = { strides: ints([2, 2]), dilations: ints([2, 2]), pads: ints([2, 2, 2, 2]) };
    await expectSame({ groups: 1, channels: 4, bias, activation, attributes }, 0);
  });

  test.each(budgets)("grouped, with a budget of %d", async (budget) => {
    await expectSame({ groups: 4, channels: 8, bias, activation }, budget);
  });

  test("depthwise", async () => {
    await expectSame({ groups: 6, channels: 6, bias, activation }, 0);
    await expectSame({ groups: 6, channels: 6, outputs: 12, bias, activation }, 0);
  });
});
