import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DTYPES, type LazyTensor, type Sink } from "@samoyed/core";
import { fileSource } from "@samoyed/core/node";
import { oraclePython, runOracleTests, WITHOUT_ORACLE } from "@samoyed/test-support/oracle";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exampleTensor, exampleTensors, SAFETENSORS_DTYPES, written } from "../test/examples.ts";
import { toHex } from "../test/fixtures.ts";
import { openCheckpoint, writeSafetensors, writeTorchLegacy, writeTorchZip } from "./index.ts";

const oracle = test.skipIf(oraclePython() === undefined);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "samoyed-checkpoint-"));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

function checkWritten(select: string): void {
  const report = runOracleTests("test_checkpoint_writers.py", { select, env: { SAMOYED_WRITTEN: folder } });
  // A selection that matches nothing, or a skipped test, does not count as a pass.
  expect(report).toMatch(/\b[1-9]\d* passed/);
  expect(report).not.toMatch(/skipped/);
}

oracle(`PyTorch and safetensors read the written files, bit for bit${WITHOUT_ORACLE}`, async () => {
  const writers = [
    ["zip.pth", writeTorchZip, exampleTensors(DTYPES)],
    ["legacy.pth", writeTorchLegacy, exampleTensors(DTYPES)],
    ["safetensors.safetensors", writeSafetensors, exampleTensors(SAFETENSORS_DTYPES)],
  ] as const;
  const expected: Record<string, unknown> = {};
  for (const [file, write, tensors] of writers) {
    await writeFile(join(folder, file), await written(write, tensors));
    const described: unknown[] = [];
    for (const { name, dtype, shape, read } of tensors) {
      described.push({ name, dtype, shape, hex: toHex(await read()) });
    }
    expected[file] = described;
  }
  await writeFile(join(folder, "expected.json"), JSON.stringify(expected));
  checkWritten("bit_for_bit");
});

/** Writes to a file, leaving holes for whole chunks of zeros. */
async function sparseSink(path: string, zeros: Uint8Array): Promise<Sink> {
  const file = await open(path, "w");
  let position = 0;
  return {
    get position() {
      return position;
    },
    async write(bytes) {
      if (bytes !== zeros) {
        await file.write(bytes, 0, bytes.byteLength, position);
      }
      position += bytes.byteLength;
    },
    patch: () => expect.unreachable("nothing is patched"),
    commit: async () => file.close(),
    abort: async () => file.close(),
  };
}

test("beyond 4 GiB: zip64 sizes and offsets", async () => {
  const zeros = new Uint8Array(1 << 20);
  const huge: LazyTensor = {
    name: "huge",
    dtype: "uint8",
    shape: [4097, 1 << 20],
    read: () => expect.unreachable("read at once"),
    async *chunks() {
      for (let chunk = 0; chunk < 4097; chunk++) yield zeros;
    },
  };
  const after = exampleTensor("after", "float32", [5]);
  const path = join(folder, "huge.pth");
  const sink = await sparseSink(path, zeros);
  await writeTorchZip([huge, after], sink);
  await sink.commit();
  const checkpoint = await openCheckpoint(await fileSource(path));
  expect(checkpoint.tensors.get("huge")!.shape).toEqual([4097, 1 << 20]);
  expect(await checkpoint.tensors.get("after")!.read()).toEqual(await after.read());
  await checkpoint.close();
});

oracle(`beyond 4 GiB: PyTorch reads it${WITHOUT_ORACLE}`, () => {
  checkWritten("beyond_4_gib");
});
