import { readFileSync } from "node:fs";
import { memorySource } from "@samoyed/core";
import { expect, test } from "vitest";
import { readPt2 } from "./index.ts";

test("a program of the meta device is a graph whose weights have names and shapes, and no elements", async () => {
  const bytes = readFileSync(new URL("../fixtures/meta.pt2", import.meta.url));
  const { graph } = await readPt2(memorySource(bytes, "meta.pt2"));
  expect(graph.inputs[0]!.shape).toEqual(["N", 4]);
  expect([...graph.initializers.values()].map(({ name, shape }) => [name, shape])).toEqual([
    ["layer.weight", [3, 4]],
    ["layer.bias", [3]],
  ]);
  await expect(graph.initializers.get("layer.weight")!.read()).rejects.toThrow(
    'tensor "layer.weight" has no elements: the model was exported on the meta device',
  );
});
