import { noise } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { canonicalOps, reasons } from "../../../test/canonical-case.ts";
import { floats32, int64, type NodeCase } from "../../../test/helpers.ts";
import { type Attribute, float, int, ints, string } from "@samoyed/ir";

/** From −6 to 6, past every knee, with the values where formulas divide or cancel. */
const LINE = floats32([2, 7], [-6, -4, -3, -2.5, -1, -0.5, -1e-3, 0, 1e-3, 0.5, 1, 2.5, 3, 6]);
const IMAGE = noise([2, 8, 4, 6], 3);

const activations: Record<string, [op: string, opset: number, attributes: Record<string, Attribute>, ops: string[]]> = {
  HardSwish: ["HardSwish", 14, {}, ["HardSigmoid", "Mul"]],
  Mish: ["Mish", 18, {}, ["Softplus", "Tanh", "Mul"]],
  Swish: ["Swish", 24, {}, ["Sigmoid", "Mul"]],
  "Swish with alpha": ["Swish", 24, { alpha: float(1.7) }, ["Mul", "Sigmoid", "Mul"]],
  Softsign: ["Softsign", 17, {}, ["Abs", "Add", "Div"]],
  Selu: ["Selu", 17, {}, ["Elu", "Mul"]],
  "Selu with attributes": ["Selu", 17, { alpha: float(2), gamma: float(3) }, ["Elu", "Mul"]],
  Celu: ["Celu", 17, {}, ["Elu"]],
  "Celu with alpha": ["Celu", 17, { alpha: float(2.5) }, ["Div", "Elu", "Mul"]],
  ThresholdedRelu: ["ThresholdedRelu", 17, {}, ["Greater", "Where"]],
  Shrink: ["Shrink", 17, { bias: float(0.25), lambd: float(1) }, ["Greater", "Less", "Sub", "Where", "Add", "Where"]],
  Gelu: ["Gelu", 20, {}, ["Mul", "Mul", "Erf", "Add", "Mul"]],
  "Gelu by tanh": [
    "Gelu",
    20,
    { approximate: string("tanh") },
    ["Mul", "Mul", "Mul", "Mul", "Add", "Mul", "Tanh", "Add", "Mul"],
  ],
};

describe("activations", () => {
  test.each(Object.entries(activations))("%s", async (_, [op, opset, attributes, ops]) => {
    expect(await canonicalOps({ op, opset, attributes, inputs: [LINE] })).toEqual(ops);
  });

  test("keep computing in half precision as one operator, and decline what their algebra does not cover", () => {
    const halves = { dtype: "float16", shape: [1], data: new Uint16Array([0x3c00]) } as const;
    expect(reasons({ op: "HardSwish", inputs: [halves] })).toEqual(["it works on float16"]);
    expect(reasons({ op: "Celu", attributes: { alpha: float(-1) }, inputs: [LINE] })).toEqual([
      "its alpha is not positive",
    ]);
  });
});

const normalizations: Record<string, [NodeCase, string[]]> = {
  "GroupNormalization 18: parameters by group": [
    {
      op: "GroupNormalization",
      opset: 18,
      attributes: { num_groups: int(4) },
      inputs: [IMAGE, noise([4], 4), noise([4], 5)],
    },
    ["Reshape", "InstanceNormalization", "Reshape"],
  ],
  "GroupNormalization 21: parameters by channel": [
    {
      op: "GroupNormalization",
      opset: 21,
      attributes: { num_groups: int(4), epsilon: float(1e-3) },
      inputs: [IMAGE, noise([8], 4), noise([8], 5)],
      constants: [1, 2],
    },
    ["Reshape", "InstanceNormalization", "Reshape", "Mul", "Add"],
  ],
  RMSNormalization: [
    { op: "RMSNormalization", opset: 23, attributes: { axis: int(-3) }, inputs: [IMAGE, noise([8, 4, 6], 5)] },
    ["Mul", "ReduceMean", "Add", "Sqrt", "Div", "Mul"],
  ],
  MeanVarianceNormalization: [
    { op: "MeanVarianceNormalization", inputs: [IMAGE] },
    ["ReduceMean", "Sub", "Mul", "ReduceMean", "Sqrt", "Add", "Div"],
  ],
  "LpNormalization, p 1": [
    { op: "LpNormalization", attributes: { p: int(1) }, inputs: [floats32([2, 2], [0, 0, 3, -4])] },
    ["Abs", "ReduceSum", "Equal", "Where", "Div"],
  ],
  "LpNormalization, p 2": [
    { op: "LpNormalization", attributes: { axis: int(1) }, inputs: [floats32([2, 2], [0, 0, 3, -4])] },
    ["Mul", "ReduceSum", "Sqrt", "Equal", "Where", "Div"],
  ],
};

describe("normalizations", () => {
  test.each(Object.entries(normalizations))("%s", async (_, [item, ops]) => {
    expect(await canonicalOps(item)).toEqual(ops);
  });

  test("a group norm of images of open size asks for their shape", async () => {
    const [item] = normalizations["GroupNormalization 21: parameters by channel"]!;
    expect(await canonicalOps(item, (index) => (index === 0 ? ["N", 8, "H", "W"] : undefined))).toEqual([
      "Reshape",
      "InstanceNormalization",
      "Shape",
      "Reshape",
      "Mul",
      "Add",
    ]);
  });
});

const reductions: Record<string, [NodeCase, string[]]> = {
  ReduceL1: [{ op: "ReduceL1", attributes: { axes: ints([1, -1]) }, inputs: [IMAGE] }, ["Abs", "ReduceSum"]],
  ReduceL2: [
    { op: "ReduceL2", attributes: { axes: ints([1]), keepdims: int(0) }, inputs: [IMAGE] },
    ["Mul", "ReduceSum", "Sqrt"],
  ],
  "ReduceL2 over all axes": [{ op: "ReduceL2", inputs: [IMAGE] }, ["Mul", "ReduceSum", "Sqrt"]],
  "ReduceL2 with axes as an input": [
    { op: "ReduceL2", opset: 18, inputs: [IMAGE, int64([2])], constants: [1] },
    ["Mul", "ReduceSum", "Sqrt"],
  ],
  ReduceSumSquare: [{ op: "ReduceSumSquare", attributes: { axes: ints([0]) }, inputs: [IMAGE] }, ["Mul", "ReduceSum"]],
  "ReduceSumSquare of integers": [{ op: "ReduceSumSquare", inputs: [int64([3, -4])] }, ["Mul", "ReduceSum"]],
  ReduceLogSum: [{ op: "ReduceLogSum", inputs: [floats32([3], [1, 2, 3])] }, ["ReduceSum", "Log"]],
  ReduceLogSumExp: [
    {
      op: "ReduceLogSumExp",
      attributes: { axes: ints([-1]), keepdims: int(0) },
      inputs: [floats32([4, 2], [500, 499, -Infinity, -Infinity, 1, Infinity, -700, -701])],
    },
    ["ReduceMax", "Clip", "Sub", "Exp", "ReduceSum", "Log", "Add", "Squeeze"],
  ],
  "ReduceMean over the pixels": [
    { op: "ReduceMean", attributes: { axes: ints([-1, 2]) }, inputs: [IMAGE] },
    ["GlobalAveragePool"],
  ],
  "ReduceMean over the pixels, without their axes": [
    { op: "ReduceMean", opset: 18, attributes: { keepdims: int(0) }, inputs: [IMAGE, int64([2, 3])], constants: [1] },
    ["GlobalAveragePool", "Flatten"],
  ],
  "ReduceMean over the channels": [
    { op: "ReduceMean", attributes: { axes: ints([1]) }, inputs: [IMAGE] },
    ["ReduceMean"],
  ],
};

describe("reductions", () => {
  test.each(Object.entries(reductions))("%s", async (_, [item, ops]) => {
    expect(await canonicalOps(item)).toEqual(ops);
  });

  test("the root of a sum of integers stays", () => {
    expect(reasons({ op: "ReduceL2", inputs: [{ dtype: "int32", shape: [1], data: new Int32Array([2]) }] })).toEqual([
      "it works on int32",
    ]);
  });
});

const operands = [noise([2, 3], 1), noise([3], 2), noise([1, 1], 3)];

describe("operators of many operands", () => {
  test.each([
    ["Sum", 3, ["Add", "Add"]],
    ["Mean", 3, ["Add", "Add", "Div"]],
    ["Mean", 1, ["Div"]],
    ["Max", 3, ["Max", "Max"]],
    ["Min", 2, ["Min"]],
    ["Sum", 1, ["Identity"]],
  ])("%s of %i", async (op, count, ops) => {
    expect(await canonicalOps({ op, inputs: operands.slice(0, count) })).toEqual(ops);
  });
});

describe("gathering by lists of indices", () => {
  const x = noise([3, 4, 5], 1);
  const pairs = int64([0, 3, 2, -1, -3, 1], [3, 2]);

  test("is one Gather", async () => {
    const open = (index: number) => (index === 0 ? [3, 4, "N"] : undefined);
    expect(await canonicalOps({ op: "GatherND", inputs: [x, pairs], constants: [1] }, open)).toEqual([
      "Reshape",
      "Gather",
    ]);
    expect(await canonicalOps({ op: "GatherND", inputs: [x, pairs] })).toEqual([
      "Add",
      "Less",
      "Where",
      "Mul",
      "ReduceSum",
      "Reshape",
      "Gather",
    ]);
    const rows = int64([-1, 0], [2, 1]);
    expect(
      await canonicalOps({ op: "GatherND", inputs: [x, rows] }, (index) => (index === 0 ? ["N", 4, 5] : undefined)),
    ).toEqual(["Squeeze", "Gather"]);
  });

  test("stays where batches go along, and where sizes are open", () => {
    const item: NodeCase = { op: "GatherND", inputs: [x, pairs], constants: [1] };
    expect(reasons({ ...item, attributes: { batch_dims: int(1) } })).toEqual(["it goes along batch axes"]);
    expect(reasons(item, (index) => (index === 0 ? ["N", 4, 5] : undefined))).toEqual([
      "it indexes several axes, of which the sizes are not known",
    ]);
  });
});

describe("attention", () => {
  const item = (heads: number, attributes: Record<string, Attribute> = {}): NodeCase => ({
    op: "Attention",
    opset: 23,
    attributes,
    inputs: [noise([2, 4, 3, 5], 1), noise([2, heads, 6, 5], 2), noise([2, heads, 6, 2], 3)],
  });
  const lengths = (index: number) => ["N", index === 0 ? 4 : 2, index === 0 ? "S" : "T", index === 2 ? 2 : 5];

  test("is two products and a Softmax", async () => {
    const ops = ["Mul", "Transpose", "MatMul", "Softmax", "MatMul"];
    expect(await canonicalOps(item(4))).toEqual(ops);
    expect(await canonicalOps(item(4, { softcap: float(0.5) }))).toEqual([
      ...ops.slice(0, 3),
      "Div",
      "Tanh",
      "Mul",
      ...ops.slice(3),
    ]);
  });

  test("a row of which every key is masked gives zeros", async () => {
    const mask = {
      dtype: "bool",
      shape: [3, 6],
      data: Uint8Array.from({ length: 18 }, (_, at) => Number(at > 7)),
    } as const;
    const own = item(4);
    expect(await canonicalOps({ ...own, inputs: [...own.inputs, mask] })).toContain("Equal");
  });

  test("stays where its lengths would have to be known", () => {
    expect(reasons(item(4, { is_causal: int(1) }), (index) => lengths(index).with(1, 4))).toEqual([
      "it is causal, and its lengths are not known",
    ]);
    expect(reasons(item(2), lengths)).toEqual(["its heads share keys, and its lengths are not known"]);
  });
});

describe("depth and space", () => {
  test.each([
    ["DepthToSpace", { mode: string("DCR") }],
    ["DepthToSpace", { mode: string("CRD") }],
    ["SpaceToDepth", {}],
    ["SpaceToDepth", { mode: string("CRD") }],
  ])("%s %o", async (op, mode) => {
    const item: NodeCase = { op, attributes: { blocksize: int(2), ...mode }, inputs: [IMAGE] };
    const open = (index: number) => (index === 0 ? ["N", 8, 4, 6] : undefined);
    expect(await canonicalOps(item, open)).toEqual(["Reshape", "Transpose", "Reshape"]);
    expect(reasons(item, (index) => (index === 0 ? ["N", 8, "H", 6] : undefined))).toEqual([
      "its height, width or channels are not known",
    ]);
  });
});

describe("a dilated average pool", () => {
  const attributes = { kernel_shape: ints([2, 2]), dilations: ints([2, 2]) };
  const pool = (more: Record<string, Attribute>): NodeCase => ({
    op: "AveragePool",
    opset: 19,
    attributes: { ...attributes, ...more },
    inputs: [IMAGE],
  });
  test("is a depthwise convolution where all windows count alike", async () => {
    expect(await canonicalOps(pool({ ceil_mode: int(1) }))).toEqual(["Conv"]);
    expect(await canonicalOps(pool({ pads: ints([1, 0, 1, 1]), count_include_pad: int(1) }))).toEqual(["Conv"]);
    expect(await canonicalOps(pool({ auto_pad: string("SAME_LOWER"), count_include_pad: int(1) }))).toEqual(["Conv"]);
    expect(reasons(pool({ pads: ints([1, 0, 1, 1]) }))).toEqual(["it is dilated, and its padding does not count"]);
    expect(reasons(pool({ ceil_mode: int(1), strides: ints([3, 2]) }))).toEqual([
      "it is dilated, and its last window is partial",
    ]);
  });
});
