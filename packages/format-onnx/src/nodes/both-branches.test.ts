import { UnsupportedError } from "@samoyed/core";
import { canonicalize, interpret } from "@samoyed/graph";
import { expect, test } from "vitest";
import { fromBytes } from "../../test/files.ts";
import { refusal } from "../../test/refusal.ts";
import { delimited, integer, model, node, value } from "../../test/wire.ts";

const X = delimited(11, value("x", 1, [2]));
const Y = delimited(12, value("y", 1, [2]));
const attribute = (name: string, ...fields: number[][]): number[] =>
  delimited(5, [...delimited(1, name), ...fields.flat()]);
const int = (name: string, number: number): number[] => attribute(name, integer(3, number), integer(20, 2));

/** A branch of one node, whose output is declared with a shape. */
const branchOf = (op: string, shape: readonly number[], inputs = ["x"], ...attributes: number[][]): number[] => [
  ...delimited(1, node(op, inputs, ["t"], ...attributes)),
  ...delimited(12, value("t", 1, [...shape])),
];

const MOST = delimited(1, node("ReduceMax", ["x"], ["most"], int("keepdims", 0)));
/** Whether the largest number of x is not 0. */
const BY_DATA = [...MOST, ...delimited(1, node("Cast", ["most"], ["flag"], int("to", 9)))];

function chosen(
  thenBranch: readonly number[],
  elseBranch: readonly number[],
  before: readonly number[] = BY_DATA,
): Uint8Array {
  const branches = [
    delimited(5, [...delimited(1, "then_branch"), ...delimited(6, thenBranch)]),
    delimited(5, [...delimited(1, "else_branch"), ...delimited(6, elseBranch)]),
  ];
  return model([...before, ...delimited(1, node("If", ["flag"], ["y"], delimited(3, "if"), ...branches)), ...X, ...Y]);
}

test("a branch by data: both are computed, and one is taken", async () => {
  const { graph } = await fromBytes(chosen(branchOf("Neg", [2]), branchOf("Exp", [2])));
  const run = async (...numbers: number[]): Promise<unknown> => {
    const x = { dtype: "float32", shape: [2], data: Float32Array.from(numbers) } as const;
    return [...(await interpret(canonicalize(graph).graph, { x })).get("y")!.data];
  };
  expect(await run(-1, 2)).toEqual([1, -2]);
  expect(await run(-Infinity, 0)).toEqual([0, 1]);
});

test("a branch that gives a value from outside", async () => {
  const outside = delimited(12, value("x", 1, [2]));
  const { graph } = await fromBytes(chosen(outside, branchOf("Neg", [2])));
  const x = { dtype: "float32", shape: [2], data: Float32Array.of(3, 4) } as const;
  expect([...(await interpret(graph, { x })).get("y")!.data]).toEqual([3, 4]);
});

/** Whether the largest number is less than how many there are. */
const BY_SIZE = [
  ...MOST,
  ...delimited(1, node("Size", ["x"], ["size"])),
  ...delimited(1, node("Cast", ["size"], ["float"], int("to", 1))),
  ...delimited(1, node("Less", ["most", "float"], ["flag"])),
];

test.each<[string, Uint8Array]>([
  ["gives other shapes", chosen(branchOf("Neg", [2]), branchOf("ReduceMax", [1]))],
  [
    "could not be computed here",
    chosen(
      branchOf("Neg", [2]),
      branchOf("Transpose", [2], ["x"], attribute("perm", integer(8, 1), integer(8, 0), integer(20, 7))),
    ),
  ],
  [
    "is chosen for each element",
    chosen(branchOf("Neg", [2]), branchOf("Exp", [2]), delimited(1, node("Cast", ["x"], ["flag"], int("to", 9)))),
  ],
  ["is chosen by a size as well", chosen(branchOf("Neg", [2]), branchOf("Exp", [2]), BY_SIZE)],
])("a branch by data that %s is refused by its name", async (_, bytes) => {
  const error = await refusal(bytes);
  expect(error).toBeInstanceOf(UnsupportedError);
  expect(error.message).toBe('model.onnx: node "if" (If) is a branch by "flag", which is not constant');
});
