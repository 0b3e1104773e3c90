// Graphs whose JSON was changed at random, with a correct digest: defects that only the reader's checks can find.
import { memorySource, SamoyedError } from "@samoyed/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { changed, type Json, type Parts } from "../test/hand-made.ts";
import { readSmydHeader } from "./read-source-header.ts";

/** SAMOYED_FUZZ=100 runs a hundred times as many cases. */
const RUNS = 500 * Number(process.env["SAMOYED_FUZZ"] ?? 1);

/** Every position in a JSON value that can be replaced. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) => places(item, [...path, key]));
  return path.length === 0 ? inner : [path, ...inner];
}

function replace(root: Json, path: readonly string[], by: unknown): void {
  let at = root;
  for (const key of path.slice(0, -1)) at = (at as Json)[key] as Json;
  at[path.at(-1)!] = by as Json[string];
}

const value = fc.oneof(
  fc.constantFrom<unknown>(0, 1, 2, 8, -1, 0.5, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e300, null, true, undefined, [], {}),
  fc.constantFrom(
    "",
    "weight",
    "bias",
    "input",
    "sum",
    "conv",
    "int8",
    "float16",
    "plain",
    "depthwise",
    "tensor",
    "__proto__",
  ),
  fc.constantFrom("panel8", "panel8-transposed", "seven", "__hashes__", "NaN", "N", "int64", "[", "F16", "I8"),
  fc.array(fc.constantFrom<unknown>(0, 1, 2, 4, 2 ** 31 - 1, "x"), { maxLength: 6 }),
  fc.jsonValue(),
);

test("a file or a typed error, and every byte range is within the file", async () => {
  const counts = { read: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), value), { minLength: 1, maxLength: 3 }),
      fc.constantFrom("graph" as const, "tensors" as const, "contract" as const),
      async (edits, part) => {
        const bytes = changed((file: Parts) => {
          for (const [where, by] of edits) {
            const all = places(file[part]);
            replace(file[part]!, all[Math.min(all.length - 1, Math.floor(where * all.length))]!, by);
          }
        });
        try {
          const file = await readSmydHeader(memorySource(bytes, "m.smyd"));
          counts.read++;
          expect(file.dataOffset + file.dataBytes).toBe(bytes.byteLength);
          for (const { offset, byteLength } of [...file.hashed, ...file.graph.initializers.values(), file.hashes]) {
            expect(offset).toBeGreaterThanOrEqual(0);
            expect(offset + byteLength).toBeLessThanOrEqual(file.dataBytes);
          }
          expect(file.hashes.byteLength).toBe(8 * file.hashed.length);
        } catch (error) {
          if (!(error instanceof SamoyedError) || error.message === "") throw error;
          counts.refused++;
        }
      },
    ),
    { numRuns: RUNS },
  );
  expect(counts.read).toBeGreaterThan(0);
  expect(counts.refused).toBeGreaterThan(RUNS / 4);
});
