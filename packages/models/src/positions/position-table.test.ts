import { readFileSync } from "node:fs";
import { type LazyTensor, lazyTensor, readFloat32, zeros } from "@samoyed/core";
import { GATE } from "@samoyed/test-support/networks";
import { seededArray } from "@samoyed/test-support/seeded";
import { describe, expect, it } from "vitest";
import { resamplePositions } from "./position-table.ts";

interface Case {
  readonly tokens: number;
  readonly side: number;
  readonly size: readonly [number, number];
  readonly noise: number;
  readonly values: readonly number[];
}

const fixture = new URL("../../fixtures/positions.json", import.meta.url);
const { seed, width, cases } = JSON.parse(readFileSync(fixture, "utf8")) as {
  readonly seed: string;
  readonly width: number;
  readonly cases: readonly Case[];
};
const PATCH = 16;

function stateDict(index: number, { tokens, side }: Pick<Case, "tokens" | "side">): Map<string, LazyTensor> {
  const places = tokens + side * side;
  const data = seededArray(seed, `table.${index}`, { count: places * width, std: 1 });
  const table = lazyTensor("pos_embed", { dtype: "float32", shape: [1, places, width], data });
  const patches = lazyTensor("patch_embed.proj.weight", zeros("float32", [width, 3, PATCH, PATCH]));
  return new Map([
    ["pos_embed", table],
    ["patch_embed.proj.weight", patches],
  ]);
}

const pixels = ([height, breadth]: Case["size"]): [number, number] => [height * PATCH, breadth * PATCH];

describe("tables that timm resampled", () => {
  it.each(cases.map((recorded, index) => ({ ...recorded, index })))("$side to $size", async (recorded) => {
    const { index, size, noise, values } = recorded;
    const table = resamplePositions(stateDict(index, recorded), pixels(size))!.get("pos_embed")!;
    expect(table.shape).toEqual([1, values.length / width, width]);
    const got = await readFloat32(table);
    const error = Math.max(...values.map((value, place) => Math.abs(got[place]! - value)));
    expect(error / noise).toBeLessThanOrEqual(GATE);
  });
});

it("a table of that size, images of no whole patches, and other tables are left alone", () => {
  const tensors = stateDict(0, { tokens: 1, side: 14 });
  expect(resamplePositions(tensors, [224, 224])).toBeUndefined();
  expect(resamplePositions(tensors, [230, 224])).toBeUndefined();
  tensors.set("pos_embed", lazyTensor("pos_embed", zeros("float32", [1, width, 14, 14])));
  expect(resamplePositions(tensors, [256, 256])).toBeUndefined();
  tensors.delete("pos_embed");
  expect(resamplePositions(tensors, [256, 256])).toBeUndefined();
});
