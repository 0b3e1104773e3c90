import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DTYPES, type LazyTensor, type Sink } from "@samoyed/core";
import { fileSource } from "@samoyed/core/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exampleTensor, exampleTensors, SAFETENSORS_DTYPES, written } from "../test/examples.ts";
import { toHex } from "../test/fixtures.ts";
import { openCheckpoint, writeSafetensors, writeTorchLegacy, writeTorchZip } from "./index.ts";

const ORACLE = fileURLToPath(new URL("../../../tools/oracle/", import.meta.url));
const PYTHON = process.env["SAMOYED_PYTHON"] ?? join(ORACLE, ".venv/bin/python");
const installed = existsSync(PYTHON);
const oracle = test.skipIf(!installed);
const unless = installed ? "" : " (not run: the oracle is not installed)";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "samoyed-checkpoint-"));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

function runOracle(test: string): void {
  const args = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_checkpoint_writers.py", "-k", test];
  const env = { ...process.env, SAMOYED_WRITTEN: folder };
  const output = execFileSync(PYTHON, args, { cwd: ORACLE, env, encoding: "utf8" });
  // A selection that matches nothing, or a test that skips itself, is no pass.
  expect(output).toMatch(/\b[1-9]\d* passed/);
  expect(output).not.toMatch(/skipped/);
}

oracle(`PyTorch and safetensors read what was written, bit for bit${unless}`, async () => {
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
  runOracle("bit_for_bit");
});

/** Writes to a file, and leaves holes where whole chunks of zeros would stand. */
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

oracle(`beyond 4 GiB: PyTorch reads it${unless}`, () => {
  runOracle("beyond_4_gib");
});
