import { trainedShapes } from "@samoyed/test-support/trained-shapes";
import { describe, expect, test } from "vitest";
import { type Backend, loadFiles, runModel, toFiles } from "../test/tfjs.ts";

const shapes = await trainedShapes();
const classes = shapes.logits.length / shapes.images.length;

/** The policy's gate for float32: eight times the noise of PyTorch's own float32. */
const GATE = 8;

interface Found {
  readonly error: number;
  /** Images with another answer than PyTorch's. */
  readonly different: readonly number[];
}

async function answers(options: Parameters<typeof toFiles>[1], backend: Backend): Promise<Found> {
  const model = await loadFiles(await toFiles(shapes.graph, options), backend);
  let error = 0;
  const different: number[] = [];
  for (const [index, image] of shapes.images.entries()) {
    const pixels = { dtype: "float32", shape: [1, ...image.shape], data: image.data } as const;
    const found = (await runModel(model, { input: pixels }, ["logits"])).get("logits")!;
    const row = Array.from(found.data, Number);
    const wanted = Array.from(shapes.logits.subarray(index * classes, (index + 1) * classes));
    error = Math.max(error, ...row.map((value, at) => Math.abs(value - wanted[at]!)));
    if (row.indexOf(Math.max(...row)) !== wanted.indexOf(Math.max(...wanted))) different.push(index);
  }
  model.dispose();
  return { error, different };
}

describe("the trained network's 100 answers in plain TensorFlow.js", () => {
  test("float32 is within 8 F", async () => {
    const { error, different } = await answers({}, "wasm");
    expect(different).toEqual([]);
    expect(error / shapes.noise).toBeLessThanOrEqual(GATE);
  });

  test.each([
    ["float16", []],
    ["uint16", []],
    // One scale for a whole filter is coarse: PyTorch is nearly undecided about this image.
    ["uint8", [69]],
  ] as const)("%s weights; other answers for images %j", async (weights, others) => {
    const { error, different } = await answers({ weights }, "wasm");
    expect(different).toEqual(others);
    // Fewer bits must be seen.
    expect(error / shapes.noise).toBeGreaterThan(GATE);
  });
});
