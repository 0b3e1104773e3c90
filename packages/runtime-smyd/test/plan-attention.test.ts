// Attention with so many scores that rows go through it one block after another.
import type { Tensor } from "@samoyed/core";
import { createBuilder, type GraphBuilder } from "@samoyed/graph";
import { type Graph, int, ints } from "@samoyed/ir";
import { wave } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { BACKENDS } from "./backends.ts";
import { expectSame } from "./expect-same.ts";
import { smydBytes } from "./models.ts";
import { runPlanned } from "./run-plan.ts";

const [HEADS, ROWS, DEPTH] = [2, 1031, 4];
const SCORE_BYTES = 4 * HEADS * ROWS * ROWS;

/** Queries, keys and values as transposed views of one input, as networks have them; a mask for each row and place. */
function attention({ mask, axis = -1 }: { mask?: readonly number[]; axis?: number }): {
  graph: Graph;
  inputs: Record<string, Tensor>;
} {
  const b = createBuilder({ name: "attention" });
  const heads = (name: string): string =>
    b.node("Transpose", [b.input(name, "float32", [1, ROWS, HEADS, DEPTH])], {
      attributes: { perm: ints([0, 2, 1, 3]) },
    });
  const [q, k, v] = ["q", "k", "v"].map(heads) as [string, string, string];
  const keys = b.node("Transpose", [k], { attributes: { perm: ints([0, 1, 3, 2]) } });
  const product = b.node("MatMul", [q, keys], { name: "scores" });
  const scores = mask ? b.node("Add", [product, b.input("mask", "float32", mask)]) : product;
  const weights = b.node("Softmax", [scores], { attributes: { axis: int(axis) } });
  b.output(turned(b, b.node("MatMul", [weights, v])));
  const shape = [1, ROWS, HEADS, DEPTH];
  return {
    graph: b.finish(),
    inputs: { q: wave(shape, 1), k: wave(shape, 2), v: wave(shape, 3), ...(mask && { mask: wave([...mask], 4) }) },
  };
}

function turned(b: GraphBuilder, x: string): string {
  return b.node("Transpose", [x], { name: "y", attributes: { perm: ints([0, 2, 1, 3]) } });
}

test.each([
  ["no mask", undefined],
  ["a mask for every score", [ROWS, ROWS]],
  ["a mask for every place", [HEADS, 1, ROWS]],
])("many scores with %s are never in memory together", async (_, mask) => {
  const { graph, inputs } = attention(mask ? { mask } : {});
  await expectSame(graph, inputs);
  const { plan } = await runPlanned(graph, inputs);
  const given = mask?.[0] === ROWS ? SCORE_BYTES / HEADS : 0;
  expect(plan.arena.byteLength - given).toBeLessThan(SCORE_BYTES);
});

test("taking scores apart changes no bit", async () => {
  const { graph, inputs } = attention({});
  const bytes = await smydBytes(graph);
  for (const backend of Object.values(BACKENDS)) {
    const session = await backend.load(bytes, { threads: 1 });
    const apart = (await session.run(inputs)).get("y")!.data;
    // A tap wants all scores.
    const together = (await session.run(inputs, { taps: ["scores"] })).get("y")!.data;
    await session.dispose();
    expect(apart).toEqual(together);
  }
});

test("a softmax of columns is left as it is", async () => {
  const { graph, inputs } = attention({ axis: 2 });
  await expectSame(graph, inputs);
});
