import { readdir } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { dirname } from "node:path";
import { lazyTensor } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import { wave } from "@samoyed/test-support/tensors";
import { beforeAll, describe, expect, test } from "vitest";
import { BACKENDS } from "./available.ts";
import { writeModel } from "./models.ts";

const LAYERS = 24;
const SIZE = 1024;
const BYTES = LAYERS * SIZE * SIZE * 4;

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

/** Memory in use once nothing more can be collected: memory of arrays is released in the background. */
async function memoryInUse(): Promise<NodeJS.MemoryUsage> {
  for (let last = Infinity; ;) {
    gc();
    await setTimeout(50);
    const usage = process.memoryUsage();
    if (usage.arrayBuffers >= last) return usage;
    last = usage.arrayBuffers;
  }
}

let path: string;

beforeAll(async () => {
  const builder = createBuilder({ name: "wide" });
  let value = builder.input("input", "float32", ["N", SIZE]);
  const matrix = wave([SIZE, SIZE]);
  for (let layer = 0; layer < LAYERS; layer++) {
    const weight = builder.initializer(lazyTensor(`w${layer}`, matrix));
    value = builder.node("MatMul", [value, weight], { name: layer === LAYERS - 1 ? "logits" : `m${layer}` });
  }
  builder.output(value);
  path = await writeModel(builder.finish());
  const shards = (await readdir(dirname(path))).filter((file) => file.endsWith(".bin"));
  expect(shards).toHaveLength(BYTES / 2 ** 22);
});

/**
 * Limits on JavaScript arrays as a share of the weights: the peak during reading, including garbage not yet collected,
 * and after loading. The engine in plain JavaScript keeps the arrays that were read; the others copy each into their
 * own memory.
 */
const LIMITS: Readonly<Record<string, { readonly peak: number; readonly loaded: number }>> = {
  "tfjs-cpu": { peak: 1.25, loaded: 1.05 },
  "tfjs-wasm": { peak: 0.5, loaded: 0.1 },
  "tfjs-node": { peak: 0.75, loaded: 0.3 },
};

describe.each(BACKENDS)("%s", (_name, backend, runs) => {
  test.skipIf(!runs)("loading keeps one copy of the weights", async () => {
    const { arrayBuffers: before } = await memoryInUse();
    let peak = 0;
    const look = (): void => {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers);
    };
    const watch = setInterval(look, 1);
    const session = await backend.load(path);
    clearInterval(watch);
    look();
    const { arrayBuffers: loaded } = await memoryInUse();
    const limit = LIMITS[backend.name]!;
    expect((peak - before) / BYTES).toBeLessThan(limit.peak);
    expect((loaded - before) / BYTES).toBeLessThan(limit.loaded);
    // Nothing is deferred to the first run, which would have everything twice.
    await session.run({ input: wave([1, SIZE]) });
    await session.dispose();
  });
});
