import { readFile } from "node:fs/promises";
import { canonicalize, interpret } from "@samoyed/graph";
import { formerSmyd } from "@samoyed/test-support/former-smyd";
import { plainGraph } from "@samoyed/test-support/plain-graph";
import { weight } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { fromBytes, headerOf, toBytes } from "../test/files.ts";

test.each([
  ["canonical", 17, ["Conv", "Relu", "GlobalAveragePool", "Flatten"]],
  ["operators", 17, ["Conv", "Constant", "Mul", "HardSwish", "Dropout", "GlobalAveragePool", "Flatten"]],
  ["opset", 10, ["Conv", "Clip", "Pad", "GlobalAveragePool", "Squeeze", "Softmax"]],
] as const)("version 1 is read: %s", async (name, opset, ops) => {
  const bytes = await readFile(formerSmyd(name));
  expect(headerOf(bytes).__metadata__["version"]).toBe("1");
  const { graph } = await fromBytes(bytes);
  expect([graph.opset, graph.nodes.map(({ op }) => op)]).toEqual([opset, ops]);
});

test.each(["canonical", "operators", "opset"] as const)("version 1 becomes version 2: %s", async (name) => {
  const { graph } = await fromBytes(await readFile(formerSmyd(name)));
  const again = await toBytes(canonicalize(graph).graph);
  expect(headerOf(again).__metadata__["version"]).toBe("2");
  const { graph: back } = await fromBytes(again);
  const image = (await weight("input", [2, 3, 8, 8], { seed: 5 }).read()).slice();
  const input = { dtype: "float32", shape: [2, 3, 8, 8], data: new Float32Array(image.buffer) } as const;
  const [before, after] = [await interpret(graph, { input }), await interpret(back, { input })];
  const difference = before.get("logits")!.data as Float32Array;
  for (const [index, value] of difference.entries()) {
    // Two roundings to float32 where HardSwish has one.
    expect(Math.abs(Number(after.get("logits")!.data[index]) - value)).toBeLessThanOrEqual(2 ** -22);
  }
});

test("a canonical graph of version 1 is the same in version 2", async () => {
  const { graph } = await fromBytes(await readFile(formerSmyd("canonical")));
  expect(await plainGraph((await fromBytes(await toBytes(graph))).graph)).toEqual(await plainGraph(graph));
});
