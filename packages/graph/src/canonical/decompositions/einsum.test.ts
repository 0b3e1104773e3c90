import { noise } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { canonicalOps, reasons } from "../../../test/canonical-case.ts";
import { type NodeCase } from "../../../test/helpers.ts";
import { type Dim, string } from "@samoyed/ir";

function product(equation: string, ...shapes: readonly (readonly number[])[]): NodeCase {
  return {
    op: "Einsum",
    attributes: { equation: string(equation) },
    inputs: shapes.map((shape, index) => noise(shape, index + 1)),
  };
}

test.each<[equation: string, shapes: number[][], ops: string[]]>([
  [
    "ij,jk->ik",
    [
      [2, 3],
      [3, 4],
    ],
    ["MatMul"],
  ],
  [
    "bhwc,hkc->bhwk",
    [
      [2, 3, 4, 5],
      [3, 6, 5],
    ],
    ["Transpose", "Transpose", "Reshape", "MatMul", "Reshape", "Transpose"],
  ],
  [
    "bqhd,bkhd->bhqk",
    [
      [2, 3, 4, 5],
      [2, 6, 4, 5],
    ],
    ["Transpose", "Transpose", "MatMul"],
  ],
  [
    "bnhd,hde->bne",
    [
      [2, 3, 4, 5],
      [4, 5, 6],
    ],
    ["Reshape", "Reshape", "MatMul", "Reshape"],
  ],
  [
    "ij,ij->",
    [
      [2, 3],
      [2, 3],
    ],
    ["Reshape", "Reshape", "MatMul", "Reshape"],
  ],
  ["i,j->ij", [[2], [3]], ["Unsqueeze", "Mul"]],
  [
    "bi,bj->bij",
    [
      [2, 3],
      [2, 4],
    ],
    ["Unsqueeze", "Unsqueeze", "Mul"],
  ],
  ["ij->ji", [[2, 3]], ["Transpose"]],
  ["ijk->k", [[2, 3, 4]], ["ReduceSum"]],
  [
    "ij,jk->i",
    [
      [2, 3],
      [3, 4],
    ],
    ["ReduceSum", "Reshape", "MatMul", "Reshape"],
  ],
  [
    "...ij,...jk->...ik",
    [
      [2, 1, 3, 4],
      [5, 4, 6],
    ],
    ["Transpose", "Reshape", "MatMul", "Reshape", "Transpose"],
  ],
  [
    "ab,bc,cd->ad",
    [
      [2, 3],
      [3, 4],
      [4, 5],
    ],
    ["MatMul", "MatMul"],
  ],
])("%s of %o", async (equation, shapes, ops) => {
  expect(await canonicalOps(product(equation, ...shapes))).toEqual(ops);
});

test("an open batch stays open", async () => {
  const item = product("bhwc,hkc->bhwk", [2, 3, 4, 5], [3, 6, 5]);
  const open =
    (...shape: Dim[]) =>
    (index: number): readonly Dim[] | undefined =>
      index === 0 ? shape : undefined;
  expect(await canonicalOps(item, open("N", 3, 4, 5))).toContain("MatMul");
  expect(reasons(item, open("N", 3, "W", 5))).toEqual(['the size of "b" is not known']);
  const attention = product("bqhd,bkhd->bhqk", [2, 3, 4, 5], [2, 6, 4, 5]);
  expect(
    await canonicalOps(
      attention,
      (index) =>
        [
          ["N", 3, 4, 5],
          ["N", 6, 4, 5],
        ][index],
    ),
  ).toContain("MatMul");
});

test("declines diagonals and sums over stretched axes", () => {
  expect(reasons(product("ii->i", [3, 3]))).toEqual(["it takes a diagonal"]);
  expect(reasons(product("ij,jk->ik", [2, 1], [3, 4]))).toEqual(['operands differ in the size of "j"']);
});
