import { float16ToFloat32, float32ToFloat16, lazyTensor, readTensor } from "@samoyed/core";
import { noise } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { floats32 } from "../../test/helpers.ts";
import { castWeights, createBuilder, dropIdentities, foldConstants, interpret, rewriteGraph } from "../index.ts";
import type { Graph } from "@samoyed/ir";

function network(weight = noise([3, 2, 1, 1], 1)): Graph {
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", [1, 2, 4, 4]);
  const w = b.initializer(lazyTensor("w", weight));
  b.output(b.node("Conv", [x, w, b.initializer(lazyTensor("b", noise([3], 2)))], { name: "y" }));
  return b.finish();
}

test("large weights are stored as float16 and widened; the rest stays", async () => {
  const cast = castWeights(network(), "float16");
  expect([...cast.initializers].map(([name, tensor]) => [name, tensor.dtype])).toEqual([
    ["w.float16", "float16"],
    ["b", "float32"],
  ]);
  expect(cast.nodes.map((node) => [node.op, ...node.inputs, ...node.outputs])).toEqual([
    ["Cast", "w.float16", "w"],
    ["Conv", "x", "w", "b", "y"],
  ]);
  const rounded = noise([3, 2, 1, 1], 1).data.map((value) => float16ToFloat32(float32ToFloat16(value)));
  const x = noise([1, 2, 4, 4], 3);
  expect(await interpret(cast, { x })).toEqual(await interpret(network(floats32([3, 2, 1, 1], rounded)), { x }));
  expect(await interpret(cast, { x })).not.toEqual(await interpret(network(), { x }));
});

test("the other rewrites leave the stored halves alone", () => {
  const cast = castWeights(network(), "float16");
  expect(rewriteGraph(cast, [dropIdentities, foldConstants]).graph.nodes).toEqual(cast.nodes);
});

test("a weight beyond float16's range is refused when it is read; an infinity stays one", async () => {
  const cast = castWeights(network(floats32([3, 2, 1, 1], [1, 2, 70000, 4, 5, 6])), "float16");
  await expect(readTensor(cast.initializers.get("w.float16")!)).rejects.toThrow(
    `weight "w" contains 70000, beyond float16's largest, 65504`,
  );
  const infinite = castWeights(network(floats32([3, 2, 1, 1], [1, 2, Infinity, 4, 5, 6])), "float16");
  expect((await readTensor(infinite.initializers.get("w.float16")!)).data[2]).toBe(0x7c00);
});
