import { expect, test } from "vitest";
import { DATA_ADDRESS } from "../src/wasm/memory.ts";
import { alignUp } from "../src/plan/arena.ts";
import { ALL_OPERATORS } from "../src/plan/operators/all.ts";
import { planProgram } from "../src/plan/plan.ts";
import { COMMON_RECORDS } from "../src/wasm/program/common-records.ts";
import { encodeProgram, scratchBytes } from "../src/wasm/program/encode.ts";
import { poolRecord } from "../src/wasm/program/pool-record.ts";
import { stepEncoder } from "../src/wasm/program/step-records.ts";
import { outlineOf } from "./outlines.ts";

const encodeStep = stepEncoder({ ...COMMON_RECORDS, "max-pool": poolRecord });

/** All memory that a network of one image of 224 × 224 takes, in MB beyond its weights. */
async function extraMegabytes(name: string): Promise<{ extra: number; weights: number }> {
  const outline = await outlineOf(name);
  const dataBytes = [...outline.graph.initializers.values()].reduce(
    (sum, { byteLength }) => sum + alignUp(byteLength),
    0,
  );
  const address = alignUp(DATA_ADDRESS + dataBytes);
  const plan = planProgram(outline, {
    inputs: new Map([["input", [1, 3, 224, 224]]]),
    batched: new Set(["input"]),
    operators: ALL_OPERATORS,
    dataAddress: DATA_ADDRESS,
    address,
  });
  const program = 4 * encodeProgram(plan.steps, { encodeStep, scratch: 0, tile: 6 }).length;
  const end = plan.end + program + scratchBytes(plan.steps);
  return { extra: (end - dataBytes) / 1e6, weights: dataBytes / 1e6 };
}

test.each([
  ["resnext101_32x16d", 775, 40],
  ["resnext50_32x4d", 100, 20],
  ["resnet18", 46, 12],
])("%s runs in at most its weights and a few MB", async (name, megabytes, most) => {
  const { weights, extra } = await extraMegabytes(name);
  expect(weights).toBeCloseTo(megabytes, -1);
  expect(extra).toBeLessThanOrEqual(most);
});
