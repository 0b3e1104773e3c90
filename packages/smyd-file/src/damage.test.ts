// One defect at a time in an otherwise valid file, and its error message.
import { FormatError, memorySource } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { changed, type Parts } from "../test/hand-made.ts";
import { readSmydHeader } from "./read-header.ts";

/** The defect, the change, and the error message. */
type Case = readonly [string, (file: Parts) => void, string];

const metadata: readonly Case[] = [
  ["no graph", ({ metadata }) => (metadata["graph"] = undefined), 'the metadata has no "graph"'],
  [
    "a graph that is not JSON",
    ({ metadata }) => (metadata["graph"] = "{"),
    "the graph is not valid JSON at character 1: expected a key",
  ],
  [
    "a duplicate key in the graph",
    ({ metadata }) => (metadata["graph"] = '{"name":"a","name":"b"}'),
    'the key "name" appears twice',
  ],
  ["an unknown key", ({ metadata }) => (metadata["extra"] = "x"), 'the metadata has the unknown key "extra"'],
  [
    "another digest",
    ({ metadata }) => (metadata["digest"] = "0".repeat(16)),
    `the metadata's "digest" is "${"0".repeat(16)}"; graph and contract have `,
  ],
  [
    "no digest",
    ({ metadata }) => (metadata["digest"] = undefined),
    `the metadata's "digest" is missing; graph and contract have `,
  ],
  ["an invalid contract", (file) => (file.contract = { version: 1 }), "contract.model is missing"],
  [
    "a contract of another input",
    ({ contract }) => (contract!["input"] = "image"),
    'the contract names "image"; the graph has no such input or output',
  ],
  [
    "a contract of another output",
    ({ contract }) => (contract!["output"] = "conv.out"),
    'the contract names "conv.out"',
  ],
  [
    "a contract of other taps",
    ({ contract }) => (contract!["taps"] = ["sum", "layer4"]),
    'the contract names "layer4"',
  ],
];

const graph: readonly Case[] = [
  [
    "an unknown key",
    ({ graph }) => (graph["values"] = []),
    'the graph has the unknown key "values"; expected name, opset, inputs',
  ],
  ["a missing key", ({ graph }) => delete graph["opset"], 'the graph has no "opset"'],
  ["an invalid opset", ({ graph }) => (graph["opset"] = 0), '"opset" is 0; expected 1 to 2147483647'],
  ["nodes that are not a list", ({ graph }) => (graph["nodes"] = {}), '"nodes" is an object; expected an array'],
  [
    "too many nodes",
    ({ graph }) => (graph["nodes"] = new Array(65_537).fill(1)),
    '"nodes" has 65537 items; expected at most 65536',
  ],
  ["a node without a name", ({ graph }) => (graph["nodes"][0].name = ""), 'node 0: "name" is empty; expected a name'],
  [
    "a node without an operator",
    ({ graph }) => (graph["nodes"][0].op = 3),
    'node "conv": "op" is 3; expected a string',
  ],
  [
    "an input that is not a name",
    ({ graph }) => (graph["nodes"][0].inputs[0] = null),
    'node "conv": an input is null; expected a string',
  ],
  [
    "attributes that are not an object",
    ({ graph }) => (graph["nodes"][0].attributes = []),
    'node "conv": "attributes" is an array; expected an object',
  ],
  [
    "an attribute of an unknown type",
    ({ graph }) => (graph["nodes"][0].attributes.kernel_shape.type = "graph"),
    'attribute "kernel_shape": "type" is "graph"; expected one of int, float',
  ],
  [
    "an attribute of another type",
    ({ graph }) => (graph["nodes"][0].attributes.kernel_shape.value = [1.5]),
    'attribute "kernel_shape" is 1.5; expected an integer',
  ],
  [
    "an attribute without a value",
    ({ graph }) => delete graph["nodes"][0].attributes.kernel_shape.value,
    'attribute "kernel_shape" has no "value"',
  ],
  [
    "a float beyond the range of a double",
    ({ metadata, graph }) =>
      (metadata["graph"] = JSON.stringify(graph).replace(
        '{"type":"ints","value":[1,2]}',
        '{"type":"float","value":1e999}',
      )),
    'attribute "kernel_shape" is 1e999; expected a number, or one of "NaN"',
  ],
  [
    "a tensor attribute in panels",
    ({ graph }) =>
      Object.assign(graph["nodes"][1].attributes.value.value, { layout: "panel8", groups: 1, shape: [1, 1] }),
    'attribute "value" has the layout panel8; expected plain',
  ],
  [
    "a port of an unknown dtype",
    ({ graph }) => (graph["inputs"][0].dtype = "float12"),
    'input 0 "input": "dtype" is "float12"; expected one of',
  ],
  [
    "a port of too many axes",
    ({ graph }) => (graph["inputs"][0].shape = new Array(33).fill(1)),
    '"shape" has 33 items; expected at most 32',
  ],
  [
    "a port of a negative size",
    ({ graph }) => (graph["inputs"][0].shape[1] = -1),
    '"shape" is -1; expected an integer from 0',
  ],
  ["a size without a name", ({ graph }) => (graph["inputs"][0].shape[0] = ""), '"shape" is empty; expected a name'],
  [
    "a value that is assigned twice",
    ({ graph }) => (graph["nodes"][1].outputs = ["bias"]),
    'value "bias" is assigned twice',
  ],
  [
    "an input and a weight of one name",
    ({ graph }) => (graph["inputs"][0].name = "bias"),
    'value "bias" is assigned twice',
  ],
  ["two nodes of one name", ({ graph }) => (graph["nodes"][1].name = "conv"), 'two nodes are named "conv"'],
  [
    "nodes out of order",
    ({ graph }) => graph["nodes"].reverse(),
    'node "add" (Add) uses value "conv.out" before it is assigned: the nodes are not in topological order',
  ],
  ["an unassigned output", ({ graph }) => (graph["outputs"][0].name = "x"), 'output "x" is assigned by nothing'],
  ["a duplicate output", ({ graph }) => graph["outputs"].push(graph["outputs"][0]), 'output "sum" is listed twice'],
  ["no outputs", ({ graph }) => (graph["outputs"] = []), 'graph "tiny" has no outputs'],
];

const weights: readonly Case[] = [
  [
    "an unknown layout",
    ({ graph }) => (graph["weights"][0].layout = "panel16"),
    'weight "weight": "layout" is "panel16"; expected one of plain, panel8, panel8-transposed, depthwise',
  ],
  [
    "a storage that panels do not support",
    ({ graph }) => (graph["weights"][0].storage = "bfloat16"),
    '"storage" is "bfloat16"; expected one of float32, float16, int8',
  ],
  [
    "int8 without a scale",
    ({ graph }) => (graph["weights"][0].storage = "int8"),
    'weight "weight": "scale" is missing; its layout and storage require it',
  ],
  [
    "an unused scale",
    ({ graph }) => (graph["weights"][1].scale = "s"),
    'weight "bias": "scale" is present; its layout and storage do not allow it',
  ],
  ["no groups", ({ graph }) => delete graph["weights"][0].groups, 'weight "weight": "groups" is missing'],
  ["groups of a plain weight", ({ graph }) => (graph["weights"][1].groups = 1), 'weight "bias": "groups" is present'],
  [
    "groups that do not divide",
    ({ graph }) => (graph["weights"][0].groups = 3),
    "[2, 1, 1, 2] and 3 groups, which do not divide its output channels",
  ],
  [
    "a matrix in groups",
    ({ graph }) => Object.assign(graph["weights"][0], { shape: [2, 2], groups: 2 }),
    "[2, 2] and 2 groups",
  ],
  [
    "panels of a vector",
    ({ graph }) => (graph["weights"][0].shape = [4]),
    "panel8 has 2 or 3 or 4 axes, none of them 0",
  ],
  [
    "panels of an empty weight",
    ({ graph }) => (graph["weights"][0].shape = [0, 1, 1, 2]),
    "panel8 has 2 or 3 or 4 axes, none of them 0",
  ],
  [
    "depthwise of two channels",
    ({ graph }) => Object.assign(graph["weights"][0], { layout: "depthwise", shape: [2, 2, 1, 1], groups: undefined }),
    "depthwise has one input channel",
  ],
  [
    "a size beyond 2^31",
    ({ graph }) => (graph["weights"][1].shape = [2 ** 31]),
    '"shape" is 2147483648; expected 0 to 2147483647',
  ],
  [
    "sizes whose product overflows",
    ({ graph }) => (graph["weights"][1].shape = [0, 2 ** 31 - 1, 2 ** 31 - 1]),
    "which takes more than 2^53 bytes",
  ],
  [
    "a tensor's name that is reserved",
    ({ graph }) => (graph["weights"][1].tensor = "__pad.0"),
    `a weight's tensor is named "__pad.0"`,
  ],
  [
    "two weights of one tensor",
    ({ graph }) => (graph["weights"][1].tensor = "weight"),
    'two weights share the tensor "weight"',
  ],
];

const data: readonly Case[] = [
  [
    "a missing tensor",
    ({ tensors, data }) => {
      delete tensors["__hashes__"];
      tensors["x"] = { dtype: "U8", shape: [data.length - 192], data_offsets: [192, data.length] };
    },
    'tensor "__hashes__" is missing; its weight makes it "U64" [3] at bytes [192, 216] of the data',
  ],
  [
    "an extra tensor",
    (file) => {
      file.tensors["x"] = { dtype: "U8", shape: [4], data_offsets: [216, 220] };
      file.data = new Uint8Array([...file.data, 1, 2, 3, 4]);
    },
    'tensor "x" belongs to no weight of the graph',
  ],
  [
    "another dtype",
    ({ tensors }) => (tensors["bias"] = { dtype: "I32", shape: [2], data_offsets: [64, 72] }),
    'tensor "bias" is "I32" [2] at bytes [64, 72] of the data; its weight makes it "F32" [2] at bytes [64, 72] of the data',
  ],
  ["another shape", ({ tensors }) => (tensors["weight"].shape = [2, 1, 8]), 'tensor "weight" is "F32" [2, 1, 8]'],
  [
    "swapped offsets",
    ({ tensors }) => {
      tensors["weight"].data_offsets = [128, 192];
      tensors["bias"].data_offsets = [0, 8];
      tensors["__pad.0"].data_offsets = [8, 64];
      tensors["seven.value"].data_offsets = [64, 68];
      tensors["__pad.1"].data_offsets = [68, 128];
    },
    'tensor "weight" is "F32" [1, 2, 8] at bytes [128, 192] of the data; its weight makes it "F32" [1, 2, 8] at bytes [0, 64]',
  ],
  [
    "swapped names",
    ({ tensors }) => {
      tensors["bias"] = { dtype: "F32", shape: [], data_offsets: [128, 132] };
      tensors["seven.value"] = { dtype: "F32", shape: [2], data_offsets: [64, 72] };
    },
    'tensor "bias" is "F32" [] at bytes [128, 132]',
  ],
  [
    "an overlap",
    ({ tensors }) => (tensors["bias"].data_offsets = [60, 68]),
    'tensor "bias" is "F32" [2] at bytes [60, 68]',
  ],
  ["a gap", ({ tensors }) => delete tensors["__pad.0"], 'tensor "__pad.0" is missing'],
  [
    "another end",
    ({ tensors }) => (tensors["bias"].data_offsets = [64, 71]),
    'tensor "bias" is "F32" [2] at bytes [64, 71]',
  ],
  [
    "a size as text",
    ({ tensors }) => (tensors["bias"].shape = "[2]"),
    'tensor "bias" is "F32" "[2]" at bytes [64, 72]',
  ],
  ["no tensor", ({ tensors }) => (tensors["bias"] = null), 'tensor "bias" is null; its weight makes it'],
  [
    "a shape of a hundred thousand sizes",
    ({ tensors }) => (tensors["bias"].shape = Array(1e5).fill(1)),
    'tensor "bias" is "F32" an array at bytes [64, 72]',
  ],
];

describe.each([
  ["metadata", metadata],
  ["the graph", graph],
  ["weights", weights],
  ["data", data],
])("damage to %s", (_, cases) => {
  test.each(cases)("%s", async (_, change, message) => {
    const error = await readSmydHeader(memorySource(changed(change), "m.smyd")).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toContain(message);
  });
});
