import { FormatError, UnsupportedError } from "@samoyed/core";
import { expect, test } from "vitest";
import { fromBytes } from "../../test/files.ts";
import { type ErrorClass, refusal } from "../../test/refusal.ts";
import { delimited, integer, model, node, value } from "../../test/wire.ts";

const bool = (name: string, data: number): number[] =>
  delimited(5, [...delimited(8, name), ...integer(2, 9), ...delimited(9, [data])]);
const X = delimited(11, value("x", 1, [2]));
const Y = delimited(12, value("y", 1, [2]));
const NEG = [...delimited(1, node("Neg", ["x"], ["t"])), ...delimited(12, value("t", 1, [2]))];

/** A node that chooses between two graphs, given by their fields. */
function branch(inputs: string[], outputs: string[], graphs: Readonly<Record<string, readonly number[]>>): number[] {
  const attributes = Object.entries(graphs).map(([name, graph]) =>
    delimited(5, [...delimited(1, name), ...delimited(6, graph)]),
  );
  return delimited(1, node("If", inputs, outputs, delimited(3, "if"), ...attributes));
}

const YES = [...bool("yes", 1), ...X, ...Y];
const both = (graph: readonly number[]): Readonly<Record<string, readonly number[]>> => ({
  then_branch: graph,
  else_branch: NEG,
});

test("the branch that is not taken is not read", async () => {
  const damaged = branch(["yes"], ["y"], { then_branch: NEG, else_branch: [0xff, 0xff] });
  const { graph } = await fromBytes(model([...damaged, ...YES]));
  expect(graph.nodes.map(({ op, outputs }) => [op, outputs])).toEqual([["Neg", ["y"]]]);
});

test("names in a branch may be those of values outside", async () => {
  const shadows = [...delimited(1, node("Neg", ["x"], ["z"])), ...delimited(1, node("Abs", ["z"], ["t"]))];
  const fields = [
    ...branch(["yes"], ["u"], both([...shadows, ...delimited(12, value("t", 1, [2]))])),
    ...delimited(1, node("Exp", ["u"], ["z"])),
    ...delimited(1, node("Add", ["z", "u"], ["y"])),
  ];
  const { graph } = await fromBytes(model([...fields, ...YES]));
  expect(graph.nodes.map(({ op, inputs, outputs }) => [op, ...inputs, ...outputs])).toEqual([
    ["Neg", "x", "z_1"],
    ["Abs", "z_1", "u"],
    ["Exp", "u", "z"],
    ["Add", "z", "u", "y"],
  ]);
});

const FLAG = delimited(11, value("flag", 9, [1]));

test("an input of one number that gets a value decides a branch, and is no input", async () => {
  const other = [...delimited(1, node("Abs", ["x"], ["t"])), ...delimited(12, value("t", 1, [2]))];
  const fields = model([...branch(["flag"], ["y"], both(other)), ...FLAG, ...X, ...Y]);
  const found = async (flag: number): Promise<unknown> => {
    const { graph } = await fromBytes(fields, { values: new Map([["flag", flag]]) });
    return [graph.inputs.map(({ name }) => name), graph.nodes.map(({ op }) => op)];
  };
  expect([await found(1), await found(0)]).toEqual([
    [["x"], ["Abs"]],
    [["x"], ["Neg"]],
  ]);
  const error = await refusal(fields);
  expect(error).toMatchObject({ hint: "An input of one number may decide a branch: fix it (flag) with --value." });
});

test("a branch by what a refused branch gives is refused as well", async () => {
  const inner = [...delimited(1, node("Not", ["yes"], ["b"])), ...delimited(12, value("b", 9, [1]))];
  const first = branch(["flag"], ["chosen"], { then_branch: inner, else_branch: inner });
  const fields = model([...first, ...branch(["chosen"], ["y"], both(NEG)), ...FLAG, ...YES]);
  expect((await refusal(fields)).message).toMatch(/a branch by "flag".*; .* a branch by "chosen"/u);
});

function nested(depth: number): number[] {
  let graph: number[] = NEG;
  for (let level = 0; level < depth; level++) {
    graph = [...branch(["yes"], ["t"], both(graph)), ...delimited(12, value("t", 1, [2]))];
  }
  return branch(["yes"], ["y"], both(graph));
}

test("branches in branches", async () => {
  const { graph } = await fromBytes(model([...nested(31), ...YES]));
  expect(graph.nodes.map(({ op }) => op)).toEqual(["Neg"]);
});

const CASES: readonly (readonly [string, readonly number[], ErrorClass, string | RegExp])[] = [
  ["too many branches in branches", nested(32), UnsupportedError, 'node "if" (If) is 32 branches deep'],
  [
    "a branch that is absent",
    branch(["yes"], ["y"], { else_branch: NEG }),
    FormatError,
    /"if" \(If\) has no then_branch/,
  ],
  ["no condition", branch([], ["y"], both(NEG)), UnsupportedError, /a branch by "", which is not constant/],
  ["a condition that nothing assigns", branch(["no"], ["y"], both(NEG)), FormatError, /"no", which nothing assigns/],
  ["a condition that is no boolean", branch(["x"], ["y"], both(NEG)), UnsupportedError, /a branch by "x"/],
  [
    "another number of outputs",
    branch(["yes"], ["y", "z"], both(NEG)),
    FormatError,
    /has 2 outputs, and a branch of 1/,
  ],
  [
    "a value that nothing assigns",
    branch(["yes"], ["y"], both([...delimited(1, node("Neg", ["q"], ["t"])), ...delimited(12, value("t", 1, [2]))])),
    FormatError,
    /uses value "q", which nothing assigns/,
  ],
  [
    "a value that is assigned twice",
    branch(["yes"], ["y"], both([...delimited(1, node("Abs", ["x"], ["t"])), ...NEG])),
    FormatError,
    /value "y" is assigned twice/,
  ],
];

test.each(CASES)("%s", async (_, fields, type, message) => {
  const error = await refusal(model([...fields, ...YES]));
  if (typeof message === "string") expect(error.message).toBe(`model.onnx: ${message}`);
  else expect(error.message).toMatch(message);
  expect(error).toBeInstanceOf(type);
});
