import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { ShapeError, type StandInFill } from "@samoyed/core";
import { expect, test } from "vitest";
import { standInTensor } from "./stand-in.ts";

interface Recorded {
  name: string;
  shape: number[];
  dtype: "float32" | "int64";
  fill: StandInFill;
  seed: string;
  sha256: string;
  first: number[];
}
// Written by tools/oracle/record_stand_in.py from the Python generator.
const recorded: Recorded[] = JSON.parse(readFileSync(new URL("../fixtures/stand-in.json", import.meta.url), "utf8"));

const head = Float32Array.from({ length: 1000 }, (_, i) => i / 8 - 60);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

test.each(recorded)("$seed/$name has the same bits as in Python", async (entry) => {
  const tensor = standInTensor({ ...entry, head });
  const bytes = await tensor.read();
  if (entry.dtype === "float32") {
    expect([...new Float32Array(bytes.buffer).subarray(0, 4)]).toEqual(entry.first);
  }
  expect(sha256(bytes)).toBe(entry.sha256);

  const digest = createHash("sha256");
  let longest = 0;
  for await (const chunk of tensor.chunks()) {
    digest.update(chunk);
    longest = Math.max(longest, chunk.length);
  }
  expect(digest.digest("hex")).toBe(entry.sha256);
  expect(longest).toBeLessThanOrEqual(1 << 20);
});

test("name and seed each change the values", async () => {
  const base = {
    name: "conv1.weight",
    shape: [8, 3, 3, 3],
    dtype: "float32",
    fill: { kind: "normal", std: 0.1 },
    seed: "samoyed-1",
  } as const;
  const hashes = new Set<string>();
  for (const change of [{}, { name: "conv2.weight" }, { seed: "samoyed-2" }]) {
    hashes.add(sha256(await standInTensor({ ...base, ...change }).read()));
  }
  expect(hashes.size).toBe(3);
});

test("values have the requested standard deviation", async () => {
  const std = Math.sqrt(2 / 144);
  const tensor = standInTensor({
    name: "w",
    shape: [512, 144],
    dtype: "float32",
    fill: { kind: "normal", std },
    seed: "s",
  });
  const values = new Float32Array((await tensor.read()).buffer);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean).toBeCloseTo(0, 2);
  expect(Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)).toBeCloseTo(std, 2);
});

test("a head of the wrong size, or a missing one, is refused", () => {
  const bias = { name: "fc.bias", shape: [1000], dtype: "float32", fill: { kind: "head" }, seed: "s" } as const;
  expect(() => standInTensor({ ...bias, head: head.subarray(1) })).toThrow(ShapeError);
  expect(() => standInTensor({ ...bias, head: head.subarray(1) })).toThrow(
    "stand-in tensor fc.bias: the head has 999 values; expected 1000",
  );
  expect(() => standInTensor(bias)).toThrow("stand-in tensor fc.bias: the head has no values; expected 1000");
});

test("int64 is for zeros only", async () => {
  const options = { name: "bn1.num_batches_tracked", shape: [], dtype: "int64", seed: "s" } as const;
  const attempt = (fill: StandInFill) => standInTensor({ ...options, fill });
  expect(await attempt({ kind: "constant", value: 0 }).read()).toEqual(new Uint8Array(8));
  expect(() => attempt({ kind: "constant", value: 1 })).toThrow(
    "stand-in tensor bn1.num_batches_tracked []: dtype int64 with fill constant; expected float32",
  );
  expect(() => attempt({ kind: "normal", std: 1 })).toThrow("expected float32");
});

test("an abort signal stops the generation", async () => {
  const tensor = standInTensor({
    name: "w",
    shape: [1024, 1024],
    dtype: "float32",
    fill: { kind: "normal", std: 1 },
    seed: "s",
  });
  const controller = new AbortController();
  const chunks = tensor.chunks({ signal: controller.signal })[Symbol.asyncIterator]();
  await chunks.next();
  controller.abort();
  await expect(chunks.next()).rejects.toMatchObject({ code: "aborted" });
  await expect(tensor.read({ signal: controller.signal })).rejects.toMatchObject({ code: "aborted" });
});
