import { FormatError, memorySource } from "@samoyed/core";
import { expect, test } from "vitest";
import { bytes, dictionary, int, pickle, sizes, tensor, text } from "../test/pickles.ts";
import { zipBytes } from "../test/zip-bytes.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { openCheckpoint } from "./open.ts";
import { requireChecksums } from "./require-checksums.ts";

const FLOATS = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer);
const MISMATCH = /^m\.pth: archive\/data\/0: the bytes have checksum [0-9a-f]{8}, the archive states 00000000$/;

/** A checkpoint of two halves of one storage and a whole one, whose archive has correct checksums or 0. */
async function open({ wrong, deflated = false }: { wrong: boolean; deflated?: boolean }): Promise<Checkpoint> {
  const half = (offset: number): Uint8Array => tensor({ offset: int(offset), shape: sizes(3), strides: sizes(1) });
  const value = bytes("}", text("a"), half(0), "s", text("b"), half(3), "s", text("w"), tensor(), "s");
  const entry = { name: "archive/data/0", data: FLOATS, deflated, ...(wrong ? { crc: 0 } : {}) };
  const data = zipBytes([{ name: "archive/data.pkl", data: pickle(value) }, entry]);
  return openCheckpoint(memorySource(data, "m.pth"));
}

test.each([false, true])("a weight that was read, whole or in part (deflated: %s)", async (deflated) => {
  for (const name of ["w", "a", "b"]) {
    const sound = await open({ wrong: false, deflated });
    await sound.tensors.get(name)!.read();
    await requireChecksums(sound);

    const wrong = await open({ wrong: true, deflated });
    await wrong.tensors.get(name)!.read();
    const error: unknown = await requireChecksums(wrong).catch((caught: unknown) => caught);
    expect(error, name).toBeInstanceOf(FormatError);
    expect((error as FormatError).message).toMatch(MISMATCH);
    expect((error as FormatError).details["mismatches"]).toEqual([
      { entry: "m.pth: archive/data/0", got: expect.stringMatching(/^[0-9a-f]{8}$/), expected: "00000000" },
    ]);
  }
});

test("entries that were not read are not checked", async () => {
  await requireChecksums(await open({ wrong: true }));
});

test("entries read by opening are checked too", async () => {
  const data = zipBytes([
    { name: "archive/data.pkl", data: pickle(dictionary("w", tensor())), crc: 0 },
    { name: "archive/data/0", data: FLOATS },
  ]);
  const checkpoint = await openCheckpoint(memorySource(data, "m.pth"));
  await expect(requireChecksums(checkpoint)).rejects.toThrow("m.pth: archive/data.pkl: the bytes have checksum");
});
