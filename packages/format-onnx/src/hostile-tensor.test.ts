import { FormatError, UnsupportedError, UsageError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { expectRefusal, refusal } from "../test/refusal.ts";
import { delimited, doubleBytes, floatBytes, integer, modelWithTensor, varint } from "../test/wire.ts";
import { readTensorProto } from "./index.ts";

describe("tensors", () => {
  const float32 = [...integer(1, 2), ...integer(2, 1)];
  const cases: readonly (readonly [string, readonly number[], string])[] = [
    [
      "too few bytes",
      [...float32, ...delimited(9, [0, 0, 0, 0])],
      'tensor "w" has 4 bytes of raw data; its shape takes 8',
    ],
    [
      "too many bytes",
      [...float32, ...delimited(9, Array<number>(12).fill(0))],
      'tensor "w" has 12 bytes of raw data; its shape takes 8',
    ],
    ["no data", float32, 'tensor "w" has 0 bytes of raw data; its shape takes 8'],
    [
      "too few floats",
      [...float32, ...delimited(4, floatBytes(1))],
      'tensor "w" has 4 bytes of float data; its shape takes 8',
    ],
    [
      "too few integers",
      [...integer(1, 2), ...integer(2, 7), ...delimited(7, [1])],
      'tensor "w" has 1 bytes of int64 data; its shape has 2 elements',
    ],
    [
      "two kinds of data",
      [...float32, ...delimited(4, floatBytes(1, 2)), ...delimited(9, floatBytes(1, 2))],
      "initializer 0 has raw data after float data; expected one of them",
    ],
    [
      "duplicate raw data",
      [...float32, ...delimited(9, floatBytes(1)), ...delimited(9, floatBytes(1))],
      "initializer 0 has raw data after raw data; expected one of them",
    ],
    [
      "data of another type",
      [...float32, ...delimited(5, [1, 2])],
      'tensor "w" is float32 and has int32_data; expected raw_data or its own type\'s',
    ],
    [
      "a negative size",
      [...integer(1, -2), ...integer(2, 1)],
      'tensor "w" has the shape [-2]; expected sizes of 0 or more',
    ],
    [
      "too large a size",
      [...integer(1, 2 ** 31), ...integer(1, 2 ** 31), ...integer(2, 1)],
      'tensor "w" has the shape [2147483648, 2147483648], which has more than 2^53 bytes',
    ],
    [
      "no type",
      [...integer(1, 2), ...delimited(9, floatBytes(1, 2))],
      'tensor "w" has element type 0, which ONNX does not have',
    ],
    [
      "data both here and in another file",
      [...float32, ...delimited(9, floatBytes(1, 2)), ...integer(14, 1)],
      'tensor "w" has data both here and in an external file',
    ],
    [
      "raw data stored as a number",
      [...float32, ...integer(9, 1)],
      "the raw data of initializer 0 is stored as varint; expected delimited",
    ],
    [
      "a float stored as a double",
      [...float32, ...varint(4 * 8 + 1), ...doubleBytes(1)],
      "the float data of initializer 0 is stored as fixed64; expected fixed32",
    ],
  ];
  test.each(cases)("%s", async (_, fields, message) => {
    const error = await refusal(modelWithTensor(fields));
    expect(error.message).toMatch(/^model\.onnx: at byte \d+: /);
    expect(error.message.replace(/^.*? at byte \d+: /, "")).toBe(message);
    expect(error).toBeInstanceOf(FormatError);
  });

  test.each([
    ["strings", [...integer(1, 2), ...integer(2, 8), ...delimited(6, "a")], 'tensor "w" has elements of type string'],
    [
      "four-bit integers",
      [...integer(1, 2), ...integer(2, 22), ...delimited(9, [1])],
      'tensor "w" has elements of type int4',
    ],
    ["a segment", [...float32, ...delimited(3, [])], "initializer 0 is one segment of a larger tensor"],
  ])("%s", (_, fields, message) => expectRefusal(modelWithTensor(fields), UnsupportedError, message));

  test.each([
    ["more elements than the shape has", 7, 7, [1, 2, 3], "has more than the 2 elements of its shape"],
    ["fewer elements than bytes", 7, 7, [0x80, 1], "has 1 elements; its shape has 2"],
    ["an element that is cut short", 7, 7, [1, 0x80], "has an element that is cut short"],
    [
      "an element of more than 64 bits",
      7,
      7,
      [1, ...Array<number>(11).fill(0xff)],
      "has an element of more than 64 bits",
    ],
    ["an element out of range", 2, 5, [1, ...varint(256)], "is uint8 and has an element 256"],
    ["a negative element", 4, 5, [1, ...varint(-1)], "is uint16 and has an element -1"],
    ["an unsigned element out of range", 12, 11, [1, ...varint(2n ** 32n)], "is uint32 and has an element 4294967296"],
    ["a bool that is neither", 9, 5, [1, 2], "is bool and has an element 2"],
  ])("%s", async (_, type, field, data, message) => {
    const bytes = [...delimited(8, "w"), ...integer(1, 2), ...integer(2, type), ...delimited(field, data)];
    await expectRefusal(modelWithTensor(bytes.slice(3)), FormatError, `tensor "w" ${message}`);
  });

  test("external data without a way to open it", async () => {
    const fields = [
      ...float32,
      ...delimited(13, [...delimited(1, "location"), ...delimited(2, "w.bin")]),
      ...integer(14, 1),
    ];
    await expectRefusal(
      modelWithTensor(fields),
      UsageError,
      'tensor "w" has its data in the file "w.bin", and no way to open it was given',
    );
  });

  test("a tensor file is refused like a tensor in a model", async () => {
    await expect(
      readTensorProto(Uint8Array.from([...float32, ...delimited(9, [1])]), { label: "input_0.pb" }),
    ).rejects.toThrow("input_0.pb: at byte 0: the tensor has 1 bytes of raw data; its shape takes 8");
    await expect(readTensorProto(Uint8Array.from([...float32, ...integer(14, 1)]))).rejects.toThrow(
      "the tensor's data is in another file",
    );
  });
});
