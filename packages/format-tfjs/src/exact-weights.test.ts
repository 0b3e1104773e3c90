import * as tf from "@tensorflow/tfjs-core";
import { InternalError, type LazyTensor, lazyTensor, type QuantizedForm } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import { CANONICAL_OPSET, type Graph } from "@samoyed/ir";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { modelJsonOf, onlyShard, toFiles } from "../test/tfjs.ts";

beforeAll(() => tf.setBackend("cpu"));

const float32 = (name: string, ...values: readonly number[]): LazyTensor =>
  lazyTensor(name, { dtype: "float32", shape: [values.length], data: Float32Array.from(values) });

/** A matrix of all integers of 8 bits, less a zero point, times a scale. */
function matrix({ scale, zero, stretch = 1 }: { scale: number; zero: number; stretch?: number }): LazyTensor {
  const data = Float32Array.from({ length: 256 }, (_, q) => Math.fround((q - zero) * scale) * stretch);
  const zeros = lazyTensor("zeros", { dtype: "uint8", shape: [1], data: Uint8Array.of(zero) });
  const quantized: QuantizedForm = { range: [0, 255], scales: float32("scales", scale), zeros, axis: 0 };
  return { ...lazyTensor("weight", { dtype: "float32", shape: [16, 16], data }), quantized };
}

function product(weight: LazyTensor): Graph {
  const b = createBuilder({ name: "product", opset: CANONICAL_OPSET });
  b.output(b.node("MatMul", [b.input("x", "float32", ["N", 16]), b.initializer(weight)], { name: "y" }));
  return b.finish();
}

/** The weight as TensorFlow.js's own loader decodes it. */
function decoded(files: Awaited<ReturnType<typeof toFiles>>): Float32Array {
  const [group] = modelJsonOf(files).weightsManifest;
  const bytes = files.get(group!.paths[0]!)!;
  return tf.io.decodeWeights(bytes.slice().buffer as ArrayBuffer, group!.weights)["weight"]!.dataSync() as Float32Array;
}

test("weights that are made of 8-bit integers are stored as those, and come back bit for bit", async () => {
  const scales = fc.float({ min: Math.fround(2 ** -126), max: 1000, noNaN: true });
  await fc.assert(
    fc.asyncProperty(scales, fc.integer({ min: 0, max: 255 }), async (scale, zero) => {
      const weight = matrix({ scale, zero });
      for (const weights of [undefined, "uint8"] as const) {
        const files = await toFiles(product(weight), { weights });
        expect(onlyShard(files).length).toBe(256);
        expect(decoded(files)).toEqual(weight.tensor!.data);
      }
    }),
  );
});

test("float32 where that is asked for, or with a scale for each channel", async () => {
  const weight = matrix({ scale: 0.5, zero: 128 });
  expect(decoded(await toFiles(product(weight), { weights: "float32" }))).toEqual(weight.tensor!.data);
  const scales = float32("scales", ...Array.from({ length: 16 }, (_, at) => at + 1));
  const channels = { ...weight, quantized: { ...weight.quantized!, scales } };
  expect(onlyShard(await toFiles(product(channels))).length).toBe(1024);
});

test("elements that something changed are a fault of ours", async () => {
  await expect(toFiles(product(matrix({ scale: 0.5, zero: 3, stretch: 0.7 })))).rejects.toThrow(InternalError);
});
