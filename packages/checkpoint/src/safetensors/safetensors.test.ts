import { FormatError, memorySource, readTensor, UnsupportedError } from "@samoyed/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expectError } from "../../test/expect-error.ts";
import { bytes, uint64 } from "../../test/pickles.ts";
import { openCheckpoint } from "../index.ts";
import { openSafetensors } from "./safetensors.ts";

/** A file made of the header's text and the data. */
function file(header: string | Uint8Array, data: Uint8Array = bytes()): Uint8Array {
  const text = bytes(header);
  return bytes(uint64(text.byteLength), text, data);
}

const tensor = (dtype: string, shape: string, offsets: string): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
const open = (data: Uint8Array) => openCheckpoint(memorySource(data, "m.safetensors"));
const DATA = new Uint8Array(Float32Array.of(1, 2, 3).buffer);

test("a file made by hand: the header's order, any alignment, metadata", async () => {
  const header = `{ "__metadata__": {"a": "ä", "b": ""}, "late": ${tensor("F32", "[2]", "[5,13]")}, "early": ${tensor("U8", "[1,5]", "[0,5]")}, "none": ${tensor("F64", "[0,9]", "[5,5]")} }  `;
  const data = bytes("hello", DATA.subarray(0, 8));
  const checkpoint = await open(file(header, data));
  expect([...checkpoint.tensors.keys()]).toEqual(["late", "early", "none"]);
  expect(checkpoint.metadata).toEqual(
    new Map([
      ["a", "ä"],
      ["b", ""],
    ]),
  );
  expect((await readTensor(checkpoint.tensors.get("late")!)).data).toEqual(Float32Array.of(1, 2));
  expect(await checkpoint.tensors.get("early")!.read()).toEqual(bytes("hello"));
  expect(await checkpoint.tensors.get("none")!.read()).toEqual(bytes());
  expect(checkpoint.root).toEqual(checkpoint.tensors);
});

test("names that JavaScript objects treat specially", async () => {
  const header = `{"__proto__":${tensor("U8", "[1]", "[0,1]")},"constructor":${tensor("U8", "[]", "[1,2]")},"7":${tensor("U8", "[1]", "[2,3]")}}`;
  expect([...(await open(file(header, bytes("abc")))).tensors.keys()]).toEqual(["__proto__", "constructor", "7"]);
});

test("an empty file is valid", async () => {
  expect((await open(file("{}"))).tensors.size).toBe(0);
});

const one = (entry: string, data = DATA): Uint8Array => file(`{"w":${entry}}`, data);
const CUT = "The file was cut short; fetch it again.";
const W = 'm.safetensors: tensor "w"';
test.each<[string, Uint8Array, string, string?]>([
  ["N = 0", file(""), "m.safetensors: a safetensors header of 0 bytes; expected 1 to 100000000"],
  [
    "N beyond the file",
    bytes(uint64(100), "{}"),
    "m.safetensors: a safetensors header of 100 bytes; 2 are left in the file",
    CUT,
  ],
  [
    "N beyond 100 MB",
    bytes(uint64(100_000_001), "{}"),
    "m.safetensors: a safetensors header of 100000001 bytes; expected 1 to 100000000",
  ],
  [
    "N beyond 2^53",
    bytes(uint64(2n ** 60n), "{}"),
    "m.safetensors: a safetensors header of more than 2^53 bytes; expected 1 to 100000000",
  ],
  ["less than 8 bytes", bytes("abc"), "m.safetensors: a safetensors header of 0 bytes; expected 1 to 100000000"],
  ["invalid UTF-8", file(bytes('{"', 0xff, '":0}')), "m.safetensors: the safetensors header is not valid UTF-8"],
  [
    "invalid JSON",
    file("{x}"),
    "m.safetensors: the safetensors header is not valid JSON at character 1: expected a key",
  ],
  [
    "a header that is not an object",
    file("[]"),
    "m.safetensors: the safetensors header is an array; expected an object",
  ],
  [
    "a duplicate key",
    file(`{"w":${tensor("U8", "[0]", "[0,0]")},"w":${tensor("U8", "[0]", "[0,0]")}}`),
    'm.safetensors: the safetensors header is not valid JSON at character 56: the key "w" appears twice',
  ],
  [
    "a duplicate key in an entry",
    one('{"dtype":"U8","dtype":"I8","shape":[0],"data_offsets":[0,0]}'),
    'm.safetensors: the safetensors header is not valid JSON at character 26: the key "dtype" appears twice',
  ],
  [
    "half a surrogate pair in a name",
    file('{"\\ud800":0}'),
    "m.safetensors: the safetensors header is not valid JSON at character 9: the string contains half of a surrogate pair",
  ],
  [
    "metadata that is not an object",
    file('{"__metadata__":[]}'),
    'm.safetensors: "__metadata__" is an array; expected an object of strings',
  ],
  [
    "metadata that is not a string",
    file('{"__metadata__":{"a":1}}'),
    'm.safetensors: "__metadata__" contains 1 under "a"; expected a string',
  ],
  ["a tensor that is not an object", one("3"), `${W} is 3; expected an object`],
  ["no dtype", one('{"shape":[3],"data_offsets":[0,12]}'), `${W}: "dtype" is missing; expected a string`],
  ["no shape", one('{"dtype":"F32","data_offsets":[0,12]}'), `${W}: "shape" is missing; expected an array`],
  ["no offsets", one('{"dtype":"F32","shape":[3]}'), `${W}: "data_offsets" is missing; expected an array`],
  ["one offset", one(tensor("F32", "[3]", "[0]")), `${W}: "data_offsets" is [0]; expected a start and an end`],
  [
    "three offsets",
    one(tensor("F32", "[3]", "[0,4,12]")),
    `${W}: "data_offsets" is [0, 4, 12]; expected a start and an end`,
  ],
  [
    "an end before the start",
    one(tensor("F32", "[3]", "[12,0]")),
    `${W}: "data_offsets" is [12, 0]; expected a start and an end`,
  ],
  [
    "a size that differs",
    one(tensor("F32", "[4]", "[0,12]")),
    `${W}: "data_offsets" spans 12 bytes; float32 of shape [4] takes 16`,
  ],
  [
    "a product that overflows",
    one(tensor("F32", "[4611686018427387,4611686018427387]", "[0,12]")),
    `${W}: the shape [4611686018427387, 4611686018427387] has more than 2^53 bytes`,
  ],
  [
    "NaN",
    one(tensor("F32", "[NaN]", "[0,12]")),
    "m.safetensors: the safetensors header is not valid JSON at character 29: expected a JSON value",
  ],
  ["2.0", one(tensor("F32", "[3.0]", "[0,12]")), `${W}: "shape" is 3.0; expected an integer from 0 to 2^53 - 1`],
  [
    "1e1",
    one(tensor("F32", "[3]", "[0,12e0]")),
    `${W}: "data_offsets" is 12e0; expected an integer from 0 to 2^53 - 1`,
  ],
  ["-1", one(tensor("F32", "[-3]", "[0,12]")), `${W}: "shape" is -3; expected an integer from 0 to 2^53 - 1`],
  ["-0", one(tensor("F32", "[-0]", "[0,0]")), `${W}: "shape" is -0; expected an integer from 0 to 2^53 - 1`],
  [
    "2^53",
    one(tensor("F32", "[9007199254740992]", "[0,12]")),
    `${W}: "shape" is 9007199254740992; expected an integer from 0 to 2^53 - 1`,
  ],
  [
    "a string for a number",
    one(tensor("F32", '["3"]', "[0,12]")),
    `${W}: "shape" is "3"; expected an integer from 0 to 2^53 - 1`,
  ],
  [
    "true for a number",
    one(tensor("F32", "[true]", "[0,12]")),
    `${W}: "shape" is true; expected an integer from 0 to 2^53 - 1`,
  ],
  [
    "an overlap",
    file(`{"a":${tensor("F32", "[2]", "[0,8]")},"b":${tensor("F32", "[2]", "[4,12]")}}`, DATA),
    'm.safetensors: tensor "b" begins at byte 4 of the data and overlaps the one before it, which ends at 8',
  ],
  [
    "a gap",
    file(`{"a":${tensor("F32", "[1]", "[0,4]")},"b":${tensor("F32", "[1]", "[8,12]")}}`, DATA),
    'm.safetensors: tensor "b" begins at byte 8 of the data and leaves a gap before it, which ends at 4',
  ],
  [
    "a gap at the beginning",
    one(tensor("F32", "[2]", "[4,12]")),
    'm.safetensors: tensor "w" begins at byte 4 of the data and leaves a gap before it, which ends at 0',
  ],
  [
    "trailing data",
    one(tensor("F32", "[2]", "[0,8]")),
    "m.safetensors: the tensors take 8 bytes; the file has 12 after its header",
    "The file is damaged; fetch it again.",
  ],
  [
    "data cut short",
    one(tensor("F32", "[4]", "[0,16]")),
    "m.safetensors: the tensors take 16 bytes; the file has 12 after its header",
    CUT,
  ],
  ["only trailing data", file("{}", DATA), "m.safetensors: the tensors take 0 bytes; the file has 12 after its header"],
])("%s: a typed error", async (_, data, message, hint) => {
  await expectError(() => openSafetensors(memorySource(data, "m.safetensors"), {}), FormatError, message, hint);
});

test("an unsupported dtype", async () => {
  await expectError(
    () => open(one(tensor("F8_E8M0", "[12]", "[0,12]"))),
    UnsupportedError,
    `${W}: the dtype "F8_E8M0" is not supported`,
  );
});

test("truncation anywhere: a typed error", async () => {
  const data = one(tensor("F32", "[3]", "[0,12]"));
  for (let length = 0; length < data.byteLength; length++) {
    await expect(open(data.subarray(0, length)), `the first ${length} bytes`).rejects.toThrow(FormatError);
  }
});

test("a header whose length begins like a pickle", async () => {
  const header = "{}".padEnd(0x80 + 0x200, " ");
  expect((await open(file(header))).container).toBe("safetensors");
});

test("any header: a checkpoint or a typed error", async () => {
  const value = fc.oneof(
    fc.constantFrom("[3]", "[]", "[0]", "[0,12]", "[0,4]", "[4,12]", "[1e9]", "null", '"F32"', '"U8"', "12", "{}"),
    fc.json(),
  );
  const entry = fc
    .tuple(fc.constantFrom("a", "b", "__metadata__", "__proto__"), value, value, value)
    .map(([name, dtype, shape, offsets]) => `"${name}":{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}`);
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 3 }), async (entries) => {
      try {
        await open(file(`{${entries.join(",")}}`, DATA));
      } catch (error) {
        expect(error).toHaveProperty("code", expect.stringMatching(/^(format|unsupported)$/));
      }
    }),
    { numRuns: 300 },
  );
});
