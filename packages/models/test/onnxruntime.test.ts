import { readFileSync } from "node:fs";
import { elementCount, memorySink } from "@samoyed/core";
import { writeOnnx } from "@samoyed/format-onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, it } from "vitest";
import { buildModel, resnetConfig, type ResNetOptions } from "../src/index.ts";
import { seededArray, seededTensors } from "./seeded.ts";

interface Case {
  readonly name: string;
  /** Absent for whole published networks, whose features the small ones cover. */
  readonly config?: ResNetOptions;
  readonly numClasses: number;
  readonly input: readonly [number, number, number, number];
  readonly outputs: Readonly<Record<string, { readonly noise: number; readonly values: readonly number[] }>>;
}

const { seed, cases } = JSON.parse(readFileSync(new URL("../fixtures/networks.json", import.meta.url), "utf8")) as {
  readonly seed: string;
  readonly cases: readonly Case[];
};

/** The policy's tolerance for float32: eight times the reference's own noise. */
const GATE = 8;

const small = cases.flatMap((recorded) =>
  recorded.config === undefined ? [] : [{ ...recorded, config: recorded.config }],
);

it.each(small)("onnxruntime computes the same as timm: $name", async ({ config, numClasses, input, outputs }) => {
  const architecture = resnetConfig(config);
  const tensors = seededTensors(architecture, { numClasses, seed });
  const sink = memorySink();
  await writeOnnx(buildModel({ architecture, numClasses, tensors }), { sink });
  await sink.commit();
  const session = await InferenceSession.create(sink.bytes(), { intraOpNumThreads: 1 });
  const pixels = seededArray(seed, "input", { count: elementCount(input), std: 1 });
  const result = await session.run({ input: new Tensor("float32", pixels, [...input]) });
  const values = result[numClasses === 0 ? "features" : "logits"]!.data as Float32Array;
  const { noise, values: expected } = outputs["output"]!;
  expect(values).toHaveLength(expected.length);
  const errors = expected.map((value, index) => Math.abs(values[index]! - value));
  expect(errors.every(Number.isFinite)).toBe(true);
  expect(Math.max(...errors) / noise).toBeLessThanOrEqual(GATE);
  await session.release();
});
