import { spawnSync } from "node:child_process";
import { lazyFromChunks } from "@samoyed/core";
import { expect, test } from "vitest";
import { float, integer, varint } from "../test/wire.ts";
import {
  floatField,
  integerField,
  joinFields,
  type Message,
  messageField,
  tensorBytesField,
  textField,
} from "./message.ts";

/** protobufjs makes Buffers in Node and plain arrays elsewhere. */
function bytesOf({ pieces }: Message): number[] {
  return pieces.flatMap((piece) => [...(piece as Uint8Array)]);
}

test.each([0, 1, -1, 127, 128, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, -(2 ** 53) + 1])(
  "the integer %d",
  (value) => {
    const field = integerField(3, value, "x");
    expect(bytesOf(field)).toEqual(integer(3, value));
    expect(field.byteLength).toBe(integer(3, value).length);
  },
);

test("floats are rounded to float32, and keep NaN, infinities and minus zero", () => {
  for (const value of [0.1, NaN, Infinity, -Infinity, -0]) {
    expect(bytesOf(floatField(20, value))).toEqual(float(20, value));
  }
});

test("lengths beyond 32 bits are exact, without reading any bytes", () => {
  for (const count of [2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 40]) {
    const tensor = lazyFromChunks({ name: "w", dtype: "uint8", shape: [count] }, () => {
      throw new Error("must not be read");
    });
    const inner = joinFields([integerField(1, 5, "x"), tensorBytesField(9, tensor)]);
    const head = varint(count).length;
    expect(inner.byteLength).toBe(2 + 1 + head + count);
    const outer = messageField(7, inner);
    expect([...(outer.pieces[0] as Uint8Array)]).toEqual([0x3a, ...varint(inner.byteLength)]);
    expect(outer.byteLength).toBe(1 + varint(inner.byteLength).length + inner.byteLength);
  }
});

test("text is UTF-8, whatever its length", () => {
  for (const text of [
    "",
    "a",
    "ü".repeat(100),
    "🐶",
    "x".repeat(127),
    "x".repeat(128),
    "狐".repeat(100_000),
    "\u0000",
  ]) {
    const bytes = [...new TextEncoder().encode(text)];
    const expected = Uint8Array.from([0x0a, ...varint(bytes.length), ...bytes]);
    expect(Buffer.compare(textField(1, text, "x").pieces[0] as Uint8Array, expected)).toBe(0);
  }
});

test("protobuf works where code generation is forbidden, such as under a content security policy", () => {
  const code = `
    import protobuf from "protobufjs/minimal.js";
    let forbidden = false;
    try { new Function("return 1")(); } catch { forbidden = true; }
    const bytes = protobuf.Writer.create().uint32(8).int64(-1).float(1).string("a").uint64(2 ** 40).finish();
    console.log(forbidden, bytes.length);
  `;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--disallow-code-generation-from-strings", "--input-type=module", "--eval", code],
    { encoding: "utf8", cwd: new URL("..", import.meta.url) },
  );
  expect(stdout + stderr).toBe("true 23\n");
});
