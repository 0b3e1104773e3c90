import { readFileSync } from "node:fs";
import { elementCount, type LazyTensor, lazyTensor, readFloat32, zeros } from "@samoyed/core";
import { GATE } from "@samoyed/test-support/networks";
import { seededArray } from "@samoyed/test-support/seeded";
import { describe, expect, it } from "vitest";
import { loadArchitecture, modelParameters } from "../architecture.ts";
import { identifyModel } from "../identify.ts";
import { resampledTable, relativeTable, resampleRelativePositions } from "./relative-tables.ts";

interface Case {
  readonly shape: readonly number[];
  readonly windows: readonly [number, number];
  readonly newShape: readonly number[];
  readonly noise: number;
  readonly values: readonly number[];
}

const fixture = new URL("../../fixtures/positions.json", import.meta.url);
const { seed, relative } = JSON.parse(readFileSync(fixture, "utf8")) as {
  readonly seed: string;
  readonly relative: readonly Case[];
};

describe("tables of relative positions that timm resampled", () => {
  it.each(relative.map((recorded, index) => ({ ...recorded, index })))("$shape to $newShape", async (recorded) => {
    const { shape, index, windows, newShape, noise, values } = recorded;
    const data = seededArray(seed, `relative.${index}`, { count: elementCount(shape), std: 1 });
    const own = lazyTensor("t", { dtype: "float32", shape, data });
    const table = resampledTable(own, relativeTable(shape)!, 2 * windows[1] - 1);
    expect(table.shape).toEqual(newShape);
    const got = await readFloat32(table);
    const error = Math.max(...values.map((value, place) => Math.abs(got[place]! - value)));
    expect(error / noise).toBeLessThanOrEqual(GATE);
  });
});

async function stateDict(name: string): Promise<Map<string, LazyTensor>> {
  const parameters = modelParameters(await loadArchitecture(name), { numClasses: 5 });
  return new Map([...parameters].map(([key, { dtype, shape }]) => [key, lazyTensor(key, zeros(dtype, shape))]));
}

it.each([
  ["swin_base_patch4_window7_224", 384, "swin_base_patch4_window12_384"],
  ["beit_base_patch16_384", 224, "beit_base_patch16_224"],
  ["maxvit_tiny_tf_224", 512, "maxvit_tiny_tf_512"],
])("%s becomes the network for %i pixels", async (name, side, other) => {
  const found = await resampleRelativePositions(await stateDict(name), [side, side]);
  expect(found!.from).toBe(Number(name.slice(-3)));
  expect((await identifyModel(found!.tensors)).name).toBe(other);
});

it("images of its own size, of windows that are no whole numbers, and other networks are left alone", async () => {
  const swin = await stateDict("swin_tiny_patch4_window7_224");
  expect(await resampleRelativePositions(swin, [224, 224])).toBeUndefined();
  expect(await resampleRelativePositions(swin, [250, 250])).toBeUndefined();
  expect(await resampleRelativePositions(swin, [224, 256])).toBeUndefined();
  expect(await resampleRelativePositions(await stateDict("test_vit"), [224, 224])).toBeUndefined();
});
