import { trainedShapes } from "@samoyed/test-support/trained-shapes";
import { describe, expect, test } from "vitest";
import type { Backend } from "@samoyed/runtime";
import { writeModel } from "./models.ts";
import { BACKENDS } from "./available.ts";

const shapes = await trainedShapes();
const model = await writeModel(shapes.graph, { contract: shapes.contract });
const unmerged = await writeModel(shapes.graph, { contract: shapes.contract, groupBudget: 0 });

/** The policy's gate for float32: eight times the noise of PyTorch's own float32. */
const GATE = 8;
const BATCH = 20;
/** The image that PyTorch itself predicts differently with eight-bit weights. */
const UINT8_DIFFERS = 69;

/** The largest error over the first images, in units of the noise, and the images whose predictions differ. */
async function errors(
  backend: Backend,
  artifact: string,
  count = shapes.images.length,
): Promise<{ error: number; other: readonly number[] }> {
  const session = await backend.load(artifact);
  const { logits, noise } = shapes;
  const images = shapes.images.slice(0, count);
  const classes = logits.length / shapes.images.length;
  let error = 0;
  const other: number[] = [];
  for (let start = 0; start < images.length; start += BATCH) {
    const batch = images.slice(start, start + BATCH);
    const data = new Float32Array(batch.length * batch[0]!.data.length);
    for (const [at, image] of batch.entries()) data.set(image.data, at * image.data.length);
    const input = { dtype: "float32" as const, shape: [batch.length, ...batch[0]!.shape], data };
    const found = (await session.run({ input })).get("logits")!;
    expect(found.shape).toEqual([batch.length, classes]);
    for (let row = 0; row < batch.length; row++) {
      const wanted = Array.from(logits.subarray((start + row) * classes, (start + row + 1) * classes));
      const given = Array.from({ length: classes }, (_, at) => Number(found.data[row * classes + at]));
      error = Math.max(error, ...given.map((value, at) => Math.abs(value - wanted[at]!)));
      if (given.indexOf(Math.max(...given)) !== wanted.indexOf(Math.max(...wanted))) other.push(start + row);
    }
  }
  await session.dispose();
  return { error: error / noise, other };
}

describe.each(BACKENDS)("%s", (_name, backend, runs) => {
  // The engine in plain JavaScript takes 0.3 s for an image: here it has one batch. All hundred, one by one, are checked
  // on it by `samoyed check`, in the tests of the command line.
  const inJavaScript = backend.name === "tfjs-cpu";
  const count = inJavaScript ? BATCH : shapes.images.length;

  test.skipIf(!runs)(`gives the trained network's ${count} predictions within 8 F`, async () => {
    for (const artifact of inJavaScript ? [model] : [model, unmerged]) {
      const { error, other } = await errors(backend, artifact, count);
      expect(other).toEqual([]);
      expect(error).toBeLessThanOrEqual(GATE);
    }
  });
});

describe.each(BACKENDS.filter(([, backend]) => backend.name !== "tfjs-cpu"))("%s", (_name, backend, runs) => {
  test.skipIf(!runs)("gives the same predictions with weights in fewer bits", async () => {
    for (const weights of ["float16", "uint16", "uint8"] as const) {
      const contract = { ...shapes.contract, weights };
      const { other } = await errors(backend, await writeModel(shapes.graph, { contract, weights }));
      // Eight-bit weights change one image's prediction, the same on every engine: the cause is the weights, not the engine.
      expect(other, weights).toEqual(weights === "uint8" ? [UINT8_DIFFERS] : []);
    }
  });
});
