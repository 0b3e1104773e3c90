import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openCheckpoint } from "@samoyed/checkpoint";
import { encodeNpy, memorySource, parseNpy, readTensor, type Tensor, toFloat32 } from "@samoyed/core";
import { expect } from "vitest";
import { runMain } from "./run-main.ts";

const FOLDER = fileURLToPath(new URL("../../../format-onnx/fixtures/foreign/", import.meta.url));

/** A model of another producer, which the oracle wrote. */
export function foreign(name: string): string {
  return join(FOLDER, `${name}.onnx`);
}

/** The tensors beside such a model: what goes in, and what its own producer computes. */
export async function recorded(name: string): Promise<ReadonlyMap<string, Tensor>> {
  const bytes = new Uint8Array(readFileSync(join(FOLDER, `${name}.safetensors`)));
  const { tensors } = await openCheckpoint(memorySource(bytes));
  const read = [...tensors].map(async ([key, tensor]): Promise<[string, Tensor]> => [key, await readTensor(tensor)]);
  return new Map(await Promise.all(read));
}

/** The largest difference between an artifact's output and the recorded one, relative to the largest value. */
export async function errorOf(artifact: string, { name, folder }: { name: string; folder: string }): Promise<number> {
  const tensors = await recorded(name);
  mkdirSync(folder, { recursive: true });
  const [input, output] = [join(folder, "x.npy"), join(folder, "y.npy")];
  const x = tensors.get("input.x")!;
  writeFileSync(input, encodeNpy({ dtype: "float32", shape: x.shape, data: toFloat32(x) }));
  const { code, stderr } = await runMain(["run", artifact, "--input", input, "--output", output]);
  expect([code, stderr]).toEqual([0, ""]);
  const got = toFloat32(parseNpy(new Uint8Array(readFileSync(output))));
  const want = toFloat32(tensors.get("output.y")!);
  expect(got.length).toBe(want.length);
  const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return got.reduce((most, value, i) => Math.max(most, Math.abs(value - want[i]!)), 0) / largest;
}
