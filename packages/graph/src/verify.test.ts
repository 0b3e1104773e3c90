import { FormatError, lazyTensor, ShapeError, UnsupportedError } from "@samoyed/core";
import { noise } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { floats32 } from "../test/helpers.ts";
import { createBuilder, inferShapes, verifyGraph } from "./index.ts";
import { float, type Graph, int, ints, type Node, string } from "@samoyed/ir";

function network(): Graph {
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", ["N", 2, 4, 4]);
  const w = b.initializer(lazyTensor("w", noise([3, 2, 3, 3], 1)));
  b.output(b.node("Relu", [b.node("Conv", [x, w], { name: "conv" })], { name: "y" }));
  return b.finish();
}

const good = network();
const conv = good.nodes[0]!;
const relu = good.nodes[1]!;

function withNodes(...nodes: Node[]): Graph {
  return { ...good, nodes };
}

const broken: [string, Graph, typeof FormatError, string][] = [
  [
    "a dangling name",
    withNodes(conv, { ...relu, inputs: ["z"] }),
    FormatError,
    'node "y" (Relu) uses value "z", which nothing assigns',
  ],
  [
    "use before assignment",
    withNodes(relu, conv),
    FormatError,
    'node "y" (Relu) uses value "conv" before it is assigned: the nodes are not in topological order',
  ],
  [
    "a node that uses itself",
    withNodes(conv, { ...relu, inputs: ["y"] }),
    FormatError,
    'node "y" (Relu) uses value "y" before it is assigned',
  ],
  [
    "a second assignment",
    withNodes(conv, { ...relu, name: "z", outputs: ["conv"] }, relu),
    FormatError,
    'value "conv" is assigned twice: by node "conv" (Conv) and by node "z" (Relu)',
  ],
  [
    "an assignment to an input",
    withNodes({ ...conv, outputs: ["x"] }, { ...relu, inputs: ["x"] }),
    FormatError,
    'value "x" is assigned twice: by graph input "x"',
  ],
  ["two nodes of one name", withNodes(conv, { ...relu, name: "conv" }), FormatError, 'two nodes are named "conv"'],
  [
    "an unused node",
    withNodes(conv, { ...relu, name: "z", outputs: ["z"] }, relu),
    FormatError,
    'node "z" (Relu): its output "z" is used by nothing',
  ],
  [
    "an unused weight",
    { ...good, initializers: new Map([...good.initializers, ["v", lazyTensor("v", floats32([1], [1]))]]) },
    FormatError,
    'initializer "v" is used by nothing',
  ],
  [
    "a weight under another name",
    { ...good, initializers: new Map([["w", lazyTensor("v", noise([3, 2, 3, 3], 1))]]) },
    FormatError,
    'initializer "w" holds a tensor named "v"',
  ],
  ["no outputs", { ...good, outputs: [] }, FormatError, 'graph "net" has no outputs'],
  [
    "an output that nothing assigns",
    { ...good, outputs: [{ name: "z", dtype: "float32", shape: [] }] },
    FormatError,
    'graph output "z" is assigned by nothing',
  ],
  [
    "an output twice",
    { ...good, outputs: [...good.outputs, ...good.outputs] },
    FormatError,
    'graph output "y" is listed twice',
  ],
  [
    "an unknown operator",
    withNodes(conv, { ...relu, op: "Frobnicate" }),
    UnsupportedError,
    'node "y" has operator "Frobnicate", which is not known here',
  ],
  [
    "an operator named like a method",
    withNodes(conv, { ...relu, op: "constructor" }),
    UnsupportedError,
    'has operator "constructor"',
  ],
  [
    "an unknown attribute",
    withNodes(conv, { ...relu, attributes: { alpha: float(1) } }),
    UnsupportedError,
    'node "y" (Relu) has attribute "alpha"; expected none',
  ],
  [
    "an attribute named like a method",
    withNodes({ ...conv, attributes: { toString: int(1) } }, relu),
    UnsupportedError,
    'has attribute "toString"',
  ],
  [
    "an attribute of another type",
    withNodes({ ...conv, attributes: { group: float(1) } }, relu),
    FormatError,
    'node "conv" (Conv): attribute "group" has type float; expected int',
  ],
  [
    "an integer attribute that is none",
    withNodes({ ...conv, attributes: { group: int(1.5) } }, relu),
    FormatError,
    'node "conv" (Conv): attribute "group" of type int holds',
  ],
  [
    "too few inputs",
    withNodes({ ...conv, inputs: ["x"] }, relu),
    FormatError,
    'node "conv" (Conv) has 1 inputs; expected 2 to 3',
  ],
  [
    "too many outputs",
    withNodes(conv, { ...relu, outputs: ["y", "z"] }),
    FormatError,
    'node "y" (Relu) has 2 outputs; expected 1',
  ],
  [
    "a required input omitted",
    { ...withNodes({ ...conv, inputs: ["x", ""] }, relu), initializers: new Map() },
    FormatError,
    'node "conv" (Conv): input 1 is missing',
  ],
  [
    "a value of another declared shape",
    { ...good, outputs: [{ name: "y", dtype: "float32", shape: ["N", 3, 3, 3] }] },
    ShapeError,
    'value "y" is declared float32[N, 3, 3, 3]; its node gives float32[N, 3, 2, 2]',
  ],
  [
    "a value of another declared type",
    { ...good, outputs: [{ name: "y", dtype: "float64", shape: ["N", 3, 2, 2] }] },
    ShapeError,
    'value "y" is declared float64',
  ],
  [
    "a value described under another name",
    { ...good, values: new Map([["conv", { name: "v", dtype: "float32", shape: [] }]]) },
    FormatError,
    'value "conv" is described under the name "v"',
  ],
  ["an old opset", { ...good, opset: 5 }, UnsupportedError, 'graph "net" has opset 5; expected 6 to 28'],
  ["a future opset", { ...good, opset: 29 }, UnsupportedError, "opset 29"],
  [
    "an attribute of another type that only the interpreter reads",
    withNodes(conv, { ...relu, op: "LeakyRelu", attributes: { alpha: int(1) } }),
    FormatError,
    'node "y" (LeakyRelu): attribute "alpha" has type int; expected float',
  ],
  [
    "an operator from a later opset",
    withNodes(conv, { ...relu, op: "Gelu" }),
    UnsupportedError,
    'node "y" (Gelu): the graph has opset 17; the operator exists since 20',
  ],
  ["a broken opset", { ...good, opset: Number.NaN }, UnsupportedError, "opset NaN"],
];

describe("verifyGraph", () => {
  test("passes a whole graph", () => {
    expect(() => verifyGraph(good)).not.toThrow();
  });

  test.each(broken)("refuses %s", (_, graph, type, message) => {
    expect(() => verifyGraph(graph)).toThrow(message);
    expect(() => verifyGraph(graph)).toThrow(type);
  });

  test("an input may go unused, for a caller fixes it", () => {
    const graph = { ...good, inputs: [...good.inputs, { name: "z", dtype: "float32", shape: [1] } as const] };
    expect(() => verifyGraph(graph)).not.toThrow();
  });

  test("a symbolic declaration fits any size", () => {
    const graph = { ...good, outputs: [{ name: "y", dtype: "float32", shape: ["batch", 3, "h", "w"] } as const] };
    expect(() => verifyGraph(graph)).not.toThrow();
    expect(inferShapes(graph).outputs).toEqual(good.outputs);
  });
});

describe("hostile shapes are refused before anything is allocated", () => {
  const hostile: [string, () => Graph, string][] = [
    [
      "a negative size",
      () => ({ ...good, inputs: [{ name: "x", dtype: "float32", shape: [-1, 2, 4, 4] }] }),
      'input "x" has shape [-1, 2, 4, 4]',
    ],
    [
      "a fraction",
      () => ({ ...good, inputs: [{ name: "x", dtype: "float32", shape: [1.5, 2, 4, 4] }] }),
      'input "x" has shape [1.5, 2, 4, 4]',
    ],
    [
      "a size beyond 31 bits",
      () => ({ ...good, inputs: [{ name: "x", dtype: "float32", shape: [2 ** 31, 2, 4, 4] }] }),
      "expected names or integers from 0 to 2147483647",
    ],
    [
      "a product beyond 2^53",
      () => ({ ...good, inputs: [{ name: "x", dtype: "float32", shape: [2 ** 30, 2, 2 ** 30, 4] }] }),
      "more than 2^53 elements",
    ],
    [
      "an empty symbol",
      () => ({ ...good, inputs: [{ name: "x", dtype: "float32", shape: ["", 2, 4, 4] }] }),
      'input "x" has shape',
    ],
    [
      "a rank of 1000",
      () => ({ ...good, inputs: [{ name: "x", dtype: "float32", shape: new Array(1000).fill(1) }] }),
      'input "x" has 1000 axes; expected at most 32',
    ],
    [
      "pads that overflow",
      () => withNodes({ ...conv, attributes: { pads: ints([2 ** 40, 0, 0, 0]) } }, relu),
      'attribute "pads" has value 1099511627776; expected 0 to 1048576',
    ],
    [
      "a negative pad",
      () => withNodes({ ...conv, attributes: { pads: ints([-1, 0, 0, 0]) } }, relu),
      'attribute "pads" has value -1',
    ],
    [
      "a stride of 0",
      () => withNodes({ ...conv, attributes: { strides: ints([0, 1]) } }, relu),
      'attribute "strides" has value 0; expected 1',
    ],
    [
      "a dilation that exceeds the input",
      () => withNodes({ ...conv, attributes: { dilations: ints([9, 1]) } }, relu),
      "axis 0 has size 4 with padding 0 + 0, which the kernel's extent 19 exceeds",
    ],
    ["a group of 0", () => withNodes({ ...conv, attributes: { group: int(0) } }, relu), 'attribute "group" is 0'],
    [
      "a wrong number of pads",
      () => withNodes({ ...conv, attributes: { pads: ints([1, 1]) } }, relu),
      'attribute "pads" has 2 values; expected 4',
    ],
    [
      "an unknown auto_pad",
      () => withNodes({ ...conv, attributes: { auto_pad: string("SAME") } }, relu),
      'attribute "auto_pad" is "SAME"',
    ],
    [
      "channels that do not fit",
      () => ({ ...good, inputs: [{ name: "x", dtype: "float32", shape: [1, 5, 4, 4] }] }),
      'node "conv" (Conv): input 0 "x" float32[1, 5, 4, 4] has 5 channels; expected 2',
    ],
  ];
  test.each(hostile)("%s", (_, graph, message) => {
    expect(() => verifyGraph(graph())).toThrow(message);
  });
});
