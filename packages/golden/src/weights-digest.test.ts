import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { weightsDigest } from "./weights-digest.ts";

const hash = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const W = new Float32Array([1, -2.5]);
const B = new Float32Array([0]);

async function digest(entries: readonly (readonly [string, Float32Array])[]): Promise<string> {
  const result = weightsDigest();
  for (const [name, values] of entries) await result.add(name, values);
  return result.sha256();
}

test("a line for each weight, in the order of names", async () => {
  const lines = `b.bias ${hash(new Uint8Array(4))}\nw.weight ${hash(new Uint8Array(W.buffer))}\n`;
  expect(await digest([["w.weight", W], ["b.bias", B]])).toBe(hash(lines)); // prettier-ignore
  expect(await digest([["b.bias", B], ["w.weight", W]])).toBe(hash(lines)); // prettier-ignore
});

test("a different value, sign of zero or name gives a different digest", async () => {
  const digests = await Promise.all([
    digest([["w", W]]),
    digest([["v", W]]),
    digest([["w", new Float32Array([1, -2.5000002])]]),
    digest([["w", B]]),
    digest([["w", new Float32Array([-0])]]),
    digest([]),
  ]);
  expect(new Set(digests).size).toBe(digests.length);
});
