import { noise } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { canonicalOps, reasons } from "../../../test/canonical-case.ts";
import { floats32, int64, type NodeCase, nodeGraph } from "../../../test/helpers.ts";
import { canonicalize, createBuilder } from "../../index.ts";
import { type Attribute, type Dim, float, floats, int, ints, string } from "@samoyed/ir";

const X = noise([2, 3, 4, 5], 1);
const parameters = [1, 2, 3, 4].map((seed) => ({ ...noise([3], seed), data: noise([3], seed).data.map(Math.abs) }));

function node(op: string, opset: number, attributes: Record<string, Attribute> = {}): NodeCase {
  return { op, opset, attributes, inputs: [X] };
}

const cases: Record<string, [NodeCase, string[]]> = {
  "Add 6 at an axis": [
    { ...node("Add", 6, { broadcast: int(1), axis: int(1) }), inputs: [X, noise([3], 2)] },
    ["Unsqueeze", "Add"],
  ],
  "Mul 6 by a weight at an axis": [
    { ...node("Mul", 6, { broadcast: int(1), axis: int(-3) }), inputs: [X, noise([3, 4], 2)], constants: [1] },
    ["Mul"],
  ],
  "Sub 6 without an axis": [{ ...node("Sub", 6, { broadcast: int(1) }), inputs: [X, noise([5], 2)] }, ["Sub"]],
  "PRelu 6": [{ ...node("PRelu", 6), inputs: [X, noise([3], 2)], constants: [1] }, ["PRelu"]],
  "Gemm 6": [
    { ...node("Gemm", 6, { broadcast: int(1) }), inputs: [noise([2, 3], 1), noise([3, 4], 2), noise([4], 3)] },
    ["Gemm"],
  ],
  "Squeeze 11": [{ ...node("Squeeze", 11, { axes: ints([1]) }), inputs: [noise([2, 1, 3], 1)] }, ["Squeeze"]],
  "Squeeze 11 of all": [{ ...node("Squeeze", 11), inputs: [noise([2, 1, 3], 1)] }, ["Squeeze"]],
  "Unsqueeze 11": [node("Unsqueeze", 11, { axes: ints([0, 5]) }), ["Unsqueeze"]],
  "ReduceSum 11": [node("ReduceSum", 11, { axes: ints([1]), keepdims: int(0) }), ["ReduceSum"]],
  "ReduceMax 18": [{ ...node("ReduceMax", 18), inputs: [X, int64([-1, 0])], constants: [1] }, ["ReduceMax"]],
  "ReduceMin 18 of all": [node("ReduceMin", 18), ["ReduceMin"]],
  "ReduceMin 18 of no axes": [node("ReduceMin", 18, { noop_with_empty_axes: int(1) }), ["Identity"]],
  "Clip 6": [node("Clip", 6, { min: float(-0.25), max: float(0.5) }), ["Clip"]],
  "Clip 10 from below": [node("Clip", 10, { min: float(0.25) }), ["Clip"]],
  "Pad 10": [node("Pad", 10, { pads: ints([0, 0, 1, 2, 0, 0, -1, 3]), value: float(7) }), ["Pad"]],
  "Pad 10 by reflection": [node("Pad", 10, { pads: ints([0, 0, 1, 2, 0, 0, 1, 0]), mode: string("reflect") }), ["Pad"]],
  "Pad 19 by wrapping": [
    {
      ...node("Pad", 19, { mode: string("wrap") }),
      inputs: [X, int64([2, 1, 3, 0]), null, int64([-1, 2])],
      constants: [1, 3],
    },
    ["Slice", "Concat", "Slice", "Slice", "Concat"],
  ],
  "Pad 18 of some axes": [
    { ...node("Pad", 18), inputs: [X, int64([1, 2, 0, 1]), floats32([], [3]), int64([-1, 2])], constants: [1, 2, 3] },
    ["Pad"],
  ],
  "Slice 9": [
    node("Slice", 9, { starts: ints([1, -3]), ends: ints([Number.MAX_SAFE_INTEGER, 9]), axes: ints([1, -1]) }),
    ["Slice"],
  ],
  "Slice 9 of the first axes": [node("Slice", 9, { starts: ints([1]), ends: ints([2]) }), ["Slice"]],
  "Split 11": [{ ...node("Split", 11, { axis: int(-1), split: ints([2, 3]) }), outputs: 2 }, ["Split"]],
  "Split 11 in equal parts": [{ ...node("Split", 11, { axis: int(2) }), outputs: 2 }, ["Split"]],
  "Split 18, the last part smaller": [
    { ...node("Split", 18, { axis: int(-1), num_outputs: int(3) }), outputs: 3 },
    ["Split"],
  ],
  "Softmax 11": [node("Softmax", 11), ["Reshape", "Softmax", "Reshape"]],
  "LogSoftmax 11 over the last axis": [node("LogSoftmax", 11, { axis: int(3) }), ["LogSoftmax"]],
  "Softmax 11 over one axis with others of size 1": [
    { ...node("Softmax", 11), inputs: [noise([2, 5, 1, 1], 1)] },
    ["Softmax"],
  ],
  "Hardmax 11 over no axes": [node("Hardmax", 11, { axis: int(4) }), ["Reshape", "Hardmax", "Reshape"]],
  "TopK 9": [{ ...node("TopK", 9, { k: int(2), axis: int(1) }), outputs: 2 }, ["TopK"]],
  "Dropout 6": [node("Dropout", 6, { is_test: int(1), ratio: float(0.3) }), ["Identity"]],
  "Dropout 10 with its mask": [{ ...node("Dropout", 10, { ratio: float(0.3) }), outputs: 2 }, ["Dropout"]],
  "BatchNormalization 6": [
    { ...node("BatchNormalization", 6, { is_test: int(1) }), inputs: [X, ...parameters] },
    ["BatchNormalization"],
  ],
  "BatchNormalization 8": [
    { ...node("BatchNormalization", 8, { spatial: int(1) }), inputs: [X, ...parameters] },
    ["BatchNormalization"],
  ],
  "Upsample 7": [node("Upsample", 7, { scales: floats([1, 1, 2, 1.5]), mode: string("nearest") }), ["Resize"]],
  "Upsample 9": [
    {
      ...node("Upsample", 9, { mode: string("linear") }),
      inputs: [X, floats32([4], [1, 1, 2, 3])],
      constants: [1],
    },
    ["Resize"],
  ],
  "Resize 10": [{ ...node("Resize", 10), inputs: [X, floats32([4], [1, 1, 0.5, 3])], constants: [1] }, ["Resize"]],
  "Resize 11 with all inputs": [
    {
      ...node("Resize", 11, { mode: string("linear") }),
      inputs: [X, floats32([0], []), floats32([0], []), int64([2, 3, 7, 9])],
      constants: [1, 2, 3],
    },
    ["Resize"],
  ],
  "Resize 18, sizes of some axes": [
    {
      ...node("Resize", 18, { axes: ints([3, 2]), mode: string("cubic") }),
      inputs: [X, null, null, int64([9, 7])],
      constants: [3],
    },
    ["Resize"],
  ],
  "Resize 18, scales of some axes": [
    { ...node("Resize", 18, { axes: ints([-1]) }), inputs: [X, null, floats32([1], [2.5])], constants: [2] },
    ["Resize"],
  ],
  "QuantizeLinear 19": [
    { ...node("QuantizeLinear", 21, { saturate: int(1), output_dtype: int(0) }), inputs: [X, floats32([], [0.01])] },
    ["QuantizeLinear"],
  ],
};

test.each(Object.entries(cases))("%s", async (_, [item, ops]) => {
  expect(await canonicalOps(item)).toEqual(ops);
});

test("a softmax over axes of open size keeps them", async () => {
  const [item] = cases["Softmax 11"]!;
  const open = (index: number): readonly Dim[] | undefined => (index === 0 ? ["N", 3, "H", "W"] : undefined);
  expect(await canonicalOps({ ...item, attributes: { axis: int(2) } }, open)).toEqual([
    "Reshape",
    "Softmax",
    "Shape",
    "Reshape",
  ]);
});

const left: Record<string, [NodeCase, string, ((index: number) => readonly Dim[] | undefined)?]> = {
  "padding of computed axes": [
    { ...node("Pad", 18), inputs: [X, int64([1, 1]), null, int64([1])], constants: [1] },
    "the padding of some axes is not known",
  ],
  "padding by wrapping more than there is": [
    { ...node("Pad", 19, { mode: string("wrap") }), inputs: [X, int64([0, 0, 1, 1, 0, 0, 5, 1])], constants: [1] },
    "it wraps axis 2, whose size is open or less than the padding",
  ],
  "parts of an open size": [
    { ...node("Split", 18, { axis: int(0), num_outputs: int(2) }), outputs: 2 },
    "the sizes of its parts are not known; from operator set 18 on the last may be smaller",
    (index) => (index === 0 ? ["N", 3, 4, 5] : undefined),
  ],
  antialiasing: [
    {
      ...node("Resize", 18, { antialias: int(1), mode: string("linear") }),
      inputs: [X, null, null, int64([2, 3, 2, 2])],
      constants: [3],
    },
    "it is antialiased, which came with operator set 18",
  ],
  "a resize that keeps the aspect ratio": [
    {
      ...node("Resize", 18, { keep_aspect_ratio_policy: string("not_larger"), axes: ints([2, 3]) }),
      inputs: [X, null, null, int64([2, 2])],
      constants: [3],
    },
    "it keeps the aspect ratio, which came with operator set 18",
  ],
  "a crop of some axes": [
    {
      ...node("Resize", 18, { coordinate_transformation_mode: string("tf_crop_and_resize"), axes: ints([2]) }),
      inputs: [X, floats32([2], [0, 1]), null, int64([2])],
      constants: [1, 3],
    },
    "it crops some axes, which came with operator set 18",
  ],
  tf_half_pixel_for_nn: [
    {
      ...node("Resize", 11, { coordinate_transformation_mode: string("tf_half_pixel_for_nn") }),
      inputs: [X, floats32([0], []), floats32([4], [1, 1, 2, 2])],
      constants: [1, 2],
    },
    "it places pixels by tf_half_pixel_for_nn, which only operator set 11 has",
  ],
  "training before operator set 7": [node("Dropout", 6), "it is in training mode"],
  "statistics for each pixel": [
    { ...node("BatchNormalization", 7, { spatial: int(0) }), inputs: [X, ...parameters] },
    "it has statistics for each pixel (spatial = 0)",
  ],
  "blocks of quantized values": [
    { ...node("QuantizeLinear", 21, { block_size: int(5), axis: int(3) }), inputs: [X, noise([2, 3, 4, 1], 2)] },
    'its attribute "block_size" came after operator set 17',
  ],
  "16-bit quantized values": [
    {
      ...node("QuantizeLinear", 21),
      inputs: [X, floats32([], [1]), { dtype: "int16", shape: [], data: new Int16Array(1) }],
    },
    "it works on int16, which came after operator set 17",
  ],
  "a maximum of bools": [
    { ...node("ReduceMax", 20), inputs: [{ dtype: "bool", shape: [2], data: new Uint8Array(2) }] },
    "it reduces bools, which came with operator set 20",
  ],
};

test.each(Object.entries(left))("%s stays, and the graph in its operator set", (_, [item, reason, shape]) => {
  expect(reasons(item, shape)).toEqual([reason]);
});

test("a graph of which one node cannot be upgraded comes back as it was, with every reason", () => {
  const b = createBuilder({ name: "net", opset: 19 });
  const x = b.input("x", "float32", ["N", 4, 4, 4]);
  const parts = b.node("Split", [x], { name: "split", outputs: ["p", "q"], attributes: { num_outputs: int(2) } });
  b.output(b.node("Add", [b.node("ReduceMax", [parts]), "q"], { name: "y" }));
  const graph = b.finish();
  const { graph: same, report } = canonicalize(graph);
  expect(same).toBe(graph);
  expect(report).toMatchObject({ opset: { from: 19, to: 19 }, applied: [], declined: [{ node: "split" }] });
});

test("a reduction with computed axes stays", () => {
  const [item] = cases["ReduceMax 18"]!;
  const known = nodeGraph(item);
  const axes = { name: "x1", dtype: "int64", shape: [2] } as const;
  const graph = { ...known, inputs: [...known.inputs, axes], initializers: new Map() };
  expect(canonicalize(graph).report.declined).toEqual([
    { rewrite: "reductionAxes", node: known.nodes[0]!.name, reason: 'its axes "x1" are not known' },
  ]);
});
