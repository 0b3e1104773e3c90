import { readFile } from "node:fs/promises";
import { memorySource, UnsupportedError } from "@samoyed/core";
import { expect, test } from "vitest";
import { fixture } from "../test/fixtures.ts";
import { checkOnnxSizes } from "./check-sizes.ts";

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const varint = (value: bigint): number[] =>
  value < 128n ? [Number(value)] : [Number(value % 128n) + 128, ...varint(value / 128n)];
const field = (number: number, payload: readonly number[]): number[] => [
  number * 8 + 2,
  ...varint(BigInt(payload.length)),
  ...payload,
];

/** A model of one node, whose last input is a constant of int64, as raw bytes or as varints. */
function model(op: string, inputs: readonly string[], values: readonly bigint[], raw = true): Uint8Array {
  const data = raw
    ? field(9, [...new Uint8Array(BigInt64Array.from(values).buffer)])
    : field(
        7,
        values.flatMap((value) => varint(BigInt.asUintN(64, value))),
      );
  const constant = [8, ...varint(BigInt(values.length)), 16, 7, ...field(8, text(inputs.at(-1)!)), ...data];
  const node = [...inputs.flatMap((name) => field(1, text(name))), ...field(2, text("y")), ...field(4, text(op))];
  // A large tensor between them is skipped.
  const large = [16, 1, ...field(8, text("w")), ...field(9, Array<number>(100_000).fill(1))];
  return Uint8Array.from([8, 8, ...field(7, [...field(1, node), ...field(5, large), ...field(5, constant)])]);
}

const check = (bytes: Uint8Array): Promise<void> => checkOnnxSizes(memorySource(bytes, "m.onnx"));

test.each([true, false])("sizes as networks have them pass (as raw bytes: %s)", async (raw) => {
  await check(model("Pad", ["x", "p"], [0n, 0n, 3n, -3n, 0n, 0n, 8192n, 3n], raw));
  await check(model("Expand", ["x", "s"], [1n, 3n, 1024n, 1024n], raw));
  await check(model("Add", ["x", "s"], [2n ** 40n], raw));
});

test.each([
  [
    "Pad",
    ["x", "c"],
    [0n, 2n ** 55n],
    /a node \(Pad\) takes 36028797018963970 from its constant "c"; MAX_PADDING allows/,
  ],
  ["Tile", ["x", "c"], [2n ** 20n, 2n ** 20n], /a node \(Tile\) takes 1099511627776 .* MAX_CONSTANT_SIZE allows/],
  ["ConstantOfShape", ["c"], [2n ** 31n], /a node \(ConstantOfShape\)/],
  ["Resize", ["x", "", "", "c"], [1n, 3n, 2n ** 20n, 2n ** 20n], /a node \(Resize\)/],
])("%s with a constant that takes all memory is refused", async (op, inputs, values, message) => {
  for (const raw of [true, false]) {
    await expect(check(model(op, inputs, values, raw))).rejects.toThrow(UnsupportedError);
    await expect(check(model(op, inputs, values, raw))).rejects.toThrow(message);
  }
});

test("a file of Python's onnx passes", async () => {
  await check(new Uint8Array(await readFile(fixture("classifier.onnx"))));
});
