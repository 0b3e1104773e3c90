import { SamoyedError } from "@samoyed/core";
import fc from "fast-check";
import { dtypeGraph } from "@samoyed/test-support/dtype-graph";
import { plainGraph } from "@samoyed/test-support/plain-graph";
import { expect, test } from "vitest";
import { anyGraph } from "../test/arbitrary.ts";
import { CONTRACT, fromBytes, toBytes } from "../test/files.ts";
import { contractNetwork, reshapeGraph } from "../test/graphs.ts";
import { model, RELU } from "../test/wire.ts";

test("any graph is read back as it was written, and writing it again gives the same bytes", async () => {
  await fc.assert(
    fc.asyncProperty(anyGraph, async (graph) => {
      const bytes = await toBytes(graph);
      const { graph: back } = await fromBytes(bytes);
      expect(await plainGraph(back)).toEqual(await plainGraph(graph));
      expect(await toBytes(back)).toEqual(bytes);
    }),
    { numRuns: 200 },
  );
});

/** One edit of a file: bytes overwritten, removed, inserted or duplicated, or one bit changed. */
const edit = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom("overwrite", "overwrite", "flip", "flip", "cut", "repeat", "insert"),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 11 }),
  length: fc.integer({ min: 1, max: 40 }),
});

function mutate(
  bytes: Uint8Array,
  edits: readonly (typeof edit extends fc.Arbitrary<infer E> ? E : never)[],
): Uint8Array {
  let result = [...bytes];
  for (const { at, kind, bytes: replacement, length } of edits) {
    const start = at % (result.length + 1);
    if (kind === "overwrite") result.splice(start, replacement.length, ...replacement);
    else if (kind === "flip") result[Math.min(start, result.length - 1)]! ^= 1 << (length % 8);
    else if (kind === "cut") result.splice(start, length);
    else if (kind === "repeat") result.splice(start, 0, ...result.slice(start, start + length));
    else result = [...result.slice(0, start), ...replacement, ...result.slice(start)];
  }
  return Uint8Array.from(result);
}

test("a mutated file is read or refused with a typed error", async () => {
  const seeds = [
    model(RELU),
    await toBytes(contractNetwork(), { contract: CONTRACT }),
    await toBytes(reshapeGraph()),
    await toBytes(dtypeGraph("int64")),
  ];
  const outcomes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...seeds),
      fc.array(edit, { minLength: 1, maxLength: 4 }),
      async (bytes, edits) => {
        let outcome = "read";
        try {
          await plainGraph((await fromBytes(mutate(bytes, edits))).graph);
        } catch (error) {
          if (!(error instanceof SamoyedError)) throw error;
          outcome = error.code;
        }
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      },
    ),
    { numRuns: 3000 },
  );
  // Otherwise the mutations would be too harsh or too gentle to be a useful test.
  expect(outcomes.get("read")).toBeGreaterThan(100);
  expect(outcomes.get("format")).toBeGreaterThan(500);
});
