import type { Tensor } from "@samoyed/core";
import { trainedShapes } from "@samoyed/test-support/trained-shapes";
import { describe, expect, test } from "vitest";
import type { SmydWeights } from "@samoyed/format-smyd";
import { smyd } from "../src/node.ts";
import { distance, smydBytes } from "./models.ts";

const shapes = await trainedShapes();
const classes = shapes.logits.length / shapes.images.length;

/** The policy's gate for float32: eight times the noise of PyTorch's own float32. */
const GATE = 8;

function largest(values: Float32Array | Float64Array): number {
  return values.indexOf(Math.max(...values));
}

/** The largest error in terms of the noise, and the images with another answer than PyTorch's. */
async function answers(weights: SmydWeights): Promise<{ error: number; different: readonly number[] }> {
  const session = await smyd().load(await smydBytes(shapes.graph, { weights }), { threads: 1 });
  const data = new Float32Array(shapes.images.length * shapes.images[0]!.data.length);
  for (const [index, image] of shapes.images.entries()) data.set(image.data, index * image.data.length);
  const input: Tensor = { dtype: "float32", shape: [shapes.images.length, ...shapes.images[0]!.shape], data };
  const logits = (await session.run({ input })).get("logits")!.data as Float32Array;
  await session.dispose();
  const different: number[] = [];
  for (const index of shapes.images.keys()) {
    const range = [index * classes, (index + 1) * classes] as const;
    if (largest(logits.subarray(...range)) !== largest(shapes.logits.subarray(...range))) different.push(index);
  }
  return { error: distance(logits, shapes.logits) / shapes.noise, different };
}

describe("the trained network's 100 answers", () => {
  test("float32 is within 8 F", async () => {
    const { error, different } = await answers("float32");
    expect(different).toEqual([]);
    expect(error).toBeLessThanOrEqual(GATE);
  });

  test.each(["float16", "int8"] as const)("%s weights give the same answers", async (weights) => {
    const { error, different } = await answers(weights);
    expect(different).toEqual([]);
    // Fewer bits must be seen.
    expect(error).toBeGreaterThan(GATE);
  });
});
