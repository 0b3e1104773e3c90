import { readFile } from "node:fs/promises";
import { memorySource, SamoyedError } from "@samoyed/core";
import { processorTime } from "@samoyed/test-support/processor-time";
import { formerSmyd } from "@samoyed/test-support/former-smyd";
import { plainGraph } from "@samoyed/test-support/plain-graph";
import { expect, test } from "vitest";
import { mutate, seeded } from "@samoyed/test-support/mutate";
import { CONTRACT, dataOf, fromBytes, toBytes } from "../test/files.ts";
import { smallNetwork } from "../test/graphs.ts";
import { readSmyd } from "./index.ts";

/** SAMOYED_FUZZ=100 runs a hundred times as many. */
const ROUNDS = 150 * Number(process.env["SAMOYED_FUZZ"] ?? 1);
const MAX_MS = 5_000;

function typed(error: unknown): void {
  if (!(error instanceof SamoyedError) || error.message === "") throw error;
}

const files: readonly (readonly [string, () => Promise<Uint8Array>])[] = [
  ["float32", () => toBytes(smallNetwork(), { contract: CONTRACT })],
  ["float16", () => toBytes(smallNetwork(), { weights: "float16" })],
  ["int8", () => toBytes(smallNetwork(), { contract: CONTRACT, weights: "int8" })],
  ["tensor attributes of version 1", () => readFile(formerSmyd("operators"))],
];

test.each(files)("%s, damaged anywhere: the model that was written or a typed error, soon", async (_, write) => {
  const whole = await write();
  const original = await fromBytes(whole);
  const expected = await plainGraph(original.graph);
  const counts = { same: 0, refused: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const seed = round * 7919 + whole.byteLength;
    const random = seeded(seed);
    // Half of the damage to the header, which is a small part of the file.
    const dataOffset = whole.byteLength - dataOf(whole).byteLength;
    const damaged =
      random() < 0.5
        ? mutate(whole, random)
        : new Uint8Array([...mutate(whole.subarray(0, dataOffset), random), ...whole.subarray(dataOffset)]);
    const used = processorTime();
    try {
      const { graph, contract } = await readSmyd(memorySource(damaged, "damaged"));
      expect(await plainGraph(graph), `seed ${seed}`).toEqual(expected);
      // The source's hash is filled in when all else is written: it is the one thing that nothing vouches for.
      expect({ ...contract, source: null }, `seed ${seed}`).toEqual({ ...original.contract, source: null });
      counts.same++;
    } catch (error) {
      typed(error);
      counts.refused++;
    }
    expect(used(), `seed ${seed} took too long`).toBeLessThan(MAX_MS);
  }
  // Were everything refused, the fuzz would reach nothing; were nothing refused, it would find nothing.
  expect(counts.refused).toBeGreaterThan(ROUNDS / 2);
});

test("one bit of the data changed: that weight is refused, or it was padding", async () => {
  const whole = await toBytes(smallNetwork(), { contract: CONTRACT, weights: "int8" });
  const expected = await plainGraph((await fromBytes(whole)).graph);
  const dataOffset = whole.byteLength - dataOf(whole).byteLength;
  const random = seeded(1);
  let refused = 0;
  for (let round = 0; round < 60; round++) {
    const damaged = whole.slice();
    const at = dataOffset + Math.floor(random() * (whole.byteLength - dataOffset));
    damaged[at]! ^= 1 << Math.floor(random() * 8);
    const result = await fromBytes(damaged)
      .then(
        ({ graph }) => plainGraph(graph),
        (error: unknown) => error,
      )
      .catch((error: unknown) => error);
    if (result instanceof Error) {
      expect(result.message).toMatch(/^model\.smyd: (?:the scale of )?weight "[\w.]+" does not have its hash$/);
      refused++;
    } else {
      expect(result).toEqual(expected);
    }
  }
  expect(refused).toBeGreaterThan(40);
});
