import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { lazyTensor } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import { expect, test } from "vitest";
import { tfjsCpu } from "../src/node.ts";
import { wave, writeModel } from "./models.ts";

const LAYERS = 24;
const SIZE = 1024;

test("loading holds the weights once", async () => {
  const builder = createBuilder({ name: "wide" });
  let value = builder.input("input", "float32", ["N", SIZE]);
  const matrix = wave([SIZE, SIZE]);
  for (let layer = 0; layer < LAYERS; layer++) {
    const weight = builder.initializer(lazyTensor(`w${layer}`, matrix));
    value = builder.node("MatMul", [value, weight], { name: layer === LAYERS - 1 ? "logits" : `m${layer}` });
  }
  builder.output(value);
  const path = await writeModel(builder.finish());
  const bytes = LAYERS * SIZE * SIZE * 4;
  expect((await stat(join(dirname(path), `group1-shard1of${bytes / 2 ** 22}.bin`))).size).toBe(2 ** 22);

  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().arrayBuffers);
  }, 1);
  const session = await tfjsCpu().load(path);
  clearInterval(watch);
  peak = Math.max(peak, process.memoryUsage().arrayBuffers);
  // The engine in plain JavaScript keeps the very arrays that were read.
  expect(peak - before).toBeLessThan(1.25 * bytes);
  await session.dispose();
});
