import { expect, test } from "vitest";
import { DATA_ADDRESS } from "../src/wasm/memory.ts";
import { alignUp } from "../src/plan/arena.ts";
import { planProgram } from "../src/plan/plan.ts";
import { encodeProgram, scratchBytes } from "../src/wasm/program/encode.ts";
import { headerOf } from "./headers.ts";

/** All memory that a network of one image of 224 × 224 takes, in MB beyond its weights. */
function extraMegabytes(name: string): { extra: number; weights: number } {
  const file = headerOf(name);
  const address = alignUp(DATA_ADDRESS + file.dataBytes);
  const plan = planProgram(
    { ...file, data: new Uint8Array(0) },
    {
      inputs: new Map([["input", [1, 3, 224, 224]]]),
      batched: new Set(["input"]),
      dataAddress: DATA_ADDRESS,
      address,
    },
  );
  const program = 4 * encodeProgram(plan.steps, { scratch: 0, tile: 6 }).length;
  const end = plan.end + program + scratchBytes(plan.steps);
  return { extra: (end - file.dataBytes) / 1e6, weights: file.dataBytes / 1e6 };
}

test.each([
  ["resnext101_32x16d", 775, 40],
  ["resnext50_32x4d", 100, 20],
  ["resnet18", 46, 12],
])("%s runs in at most its weights and a few MB", (name, megabytes, most) => {
  const { weights, extra } = extraMegabytes(name);
  expect(weights).toBeCloseTo(megabytes, -1);
  expect(extra).toBeLessThanOrEqual(most);
});
