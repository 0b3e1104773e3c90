import { bytesToArray, MismatchError, ShapeError } from "@samoyed/core";
import { expect, test } from "vitest";
import { readStandIn } from "./read-stand-in.ts";
import { sha256Hex } from "./sha256.ts";
import { type StandInParameter, standInTensors } from "./stand-in-tensors.ts";

const parameter = (...shape: number[]): StandInParameter => ({
  shape,
  dtype: "float32",
  fill: { kind: "normal", std: 1 },
});
const norm = (path: string, channels: number): [string, StandInParameter][] =>
  ["weight", "bias", "running_mean", "running_var"].map((key) => [`${path}.${key}`, parameter(channels)]);
const NETWORK = new Map([
  ["conv.weight", parameter(6, 2, 1, 1)],
  ["conv.bias", parameter(6)],
  ...norm("a.bn1", 6),
  ...norm("a.bn2", 5),
]);
const HEAD = new Float32Array();

/** The elements of each tensor that have another sign with these signs than without. */
async function turned(signs: Uint8Array): Promise<Record<string, number[]>> {
  const plain = standInTensors(NETWORK, { seed: "s", head: HEAD });
  const found: Record<string, number[]> = {};
  for (const [index, tensor] of standInTensors(NETWORK, { seed: "s", head: HEAD, signs }).entries()) {
    const [before, after] = [
      bytesToArray(await plain[index]!.read(), "float32"),
      bytesToArray(await tensor.read(), "float32"),
    ];
    const other = Array.from(after.keys()).filter((at) => after[at] !== before[at]);
    for (const at of other) expect(after[at]).toBe(-before[at]!);
    if (other.length > 0) found[tensor.name] = other;
  }
  return found;
}

test("a bit turns weight and bias of a channel of a norm around, and nothing else", async () => {
  // Channels 0 and 5 of the first norm; 0 and 4 of the second, whose bits begin at 6.
  const signs = Uint8Array.of(0b0110_0001, 0b0000_0100);
  expect(await turned(signs)).toEqual({
    "a.bn1.weight": [0, 5],
    "a.bn1.bias": [0, 5],
    "a.bn2.weight": [0, 4],
    "a.bn2.bias": [0, 4],
  });
  expect(await turned(new Uint8Array(2))).toEqual({});
});

test("signs of another network are refused", () => {
  const wrong = (): unknown => standInTensors(NETWORK, { seed: "s", head: HEAD, signs: new Uint8Array(3) });
  expect(wrong).toThrow(ShapeError);
  expect(wrong).toThrow("signs of a stand-in: 3 bytes; expected 11 bits");
});

test("files that are not those of the recording are refused", async () => {
  const bytes = Uint8Array.of(1, 2, 3, 4);
  const sha256 = await sha256Hex(bytes);
  const checkpoint = {
    kind: "stand-in",
    note: "seeded",
    seed: "s",
    head: "head.bin",
    headSha256: sha256,
    signs: "signs.bin",
    signsSha256: sha256,
    weightsSha256: sha256,
  } as const;
  const read = async (): Promise<Uint8Array> => bytes;
  expect(await readStandIn(checkpoint, { label: "x", read })).toMatchObject({ seed: "s", signs: bytes });
  for (const key of ["headSha256", "signsSha256"]) {
    const other = readStandIn({ ...checkpoint, [key]: "0".repeat(64) }, { label: "x", read });
    await expect(other).rejects.toThrow(MismatchError);
  }
});
