import { type Dim, int, string } from "@samoyed/ir";
import { weight } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { createBuilder, type NodeOptions } from "./builder.ts";
import { countMultiplyAdds } from "./multiply-adds.ts";

/** The count of one node: its first operand is the input, the others are weights, "" is left out. */
function countOf(op: string, shapes: readonly (readonly Dim[] | "")[], options: NodeOptions = {}): number | undefined {
  const b = createBuilder({ name: "net", opset: 23 });
  const [input, ...weights] = shapes;
  const operands = weights.map((shape, i) => (shape === "" ? "" : b.initializer(weight(`w${i}`, shape.map(Number)))));
  b.output(b.node(op, [b.input("x", "float32", input as readonly Dim[]), ...operands], options));
  return countMultiplyAdds(b.finish());
}

test.each<[string, string, readonly (readonly number[] | "")[], NodeOptions, number]>([
  // 6 channels of 5 × 5 results, each of 3 × 3 × 4 products.
  ["a convolution", "Conv", [[1, 4, 7, 7], [6, 4, 3, 3], [6]], {}, 6 * 25 * 36],
  [
    "a convolution by channel",
    "Conv",
    [
      [1, 4, 7, 7],
      [4, 1, 3, 3],
    ],
    { attributes: { group: int(4) } },
    4 * 25 * 9,
  ],
  [
    "a transposed convolution",
    "ConvTranspose",
    [
      [1, 4, 7, 7],
      [4, 6, 2, 2],
    ],
    {},
    4 * 49 * 6 * 4,
  ],
  [
    "a matrix product",
    "MatMul",
    [
      [2, 3, 5],
      [5, 7],
    ],
    {},
    2 * 3 * 5 * 7,
  ],
  ["a linear layer", "Gemm", [[3, 5], [7, 5], [7]], { attributes: { transB: int(1) } }, 3 * 5 * 7],
  [
    "one of a transposed input",
    "Gemm",
    [
      [5, 3],
      [5, 7],
    ],
    { attributes: { transA: int(1) } },
    3 * 5 * 7,
  ],
  [
    "a sum of products",
    "Einsum",
    [
      [2, 3, 5],
      [5, 7],
    ],
    { attributes: { equation: string("abc,cd->abd") } },
    210,
  ],
  ["a sum alone", "Einsum", [[2, 3]], { attributes: { equation: string("ab->a") } }, 0],
  [
    "an attention",
    "Attention",
    [
      [1, 2, 3, 4],
      [1, 2, 5, 4],
      [1, 2, 5, 6],
    ],
    {},
    2 * 3 * 5 * (4 + 6),
  ],
  [
    "recurrence",
    "LSTM",
    [
      [3, 1, 4],
      [1, 20, 4],
      [1, 20, 5],
    ],
    { attributes: { hidden_size: int(5) } },
    3 * (80 + 100),
  ],
  [
    "what is computed by element",
    "Add",
    [
      [2, 3],
      [2, 3],
    ],
    {},
    0,
  ],
])("%s", (_, op, shapes, options, expected) => {
  expect(countOf(op, shapes, options)).toBe(expected);
});

test("an open size, or more than two operands multiplied at once, is not counted", () => {
  expect(
    countOf("MatMul", [
      ["N", 5],
      [5, 7],
    ]),
  ).toBeUndefined();
  const attributes = { equation: string("a,a,a->") };
  expect(countOf("Einsum", [[2], [2], [2]], { attributes })).toBeUndefined();
});
