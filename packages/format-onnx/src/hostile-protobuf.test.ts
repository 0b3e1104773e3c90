import { FormatError, UnsupportedError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { fromBytes } from "../test/files.ts";
import { expectRefusal, refusal } from "../test/refusal.ts";
import {
  delimited,
  doubleBytes,
  float,
  integer,
  model,
  modelWithAttribute,
  modelWithTensor,
  node,
  RELU,
  varint,
} from "../test/wire.ts";

test("the original of the mutated models is read", async () => {
  const { graph } = await fromBytes(model(RELU));
  expect(graph.nodes).toEqual([{ name: "Relu_1", op: "Relu", inputs: ["x"], outputs: ["y"], attributes: {} }]);
  expect(graph.inputs).toEqual([{ name: "x", dtype: "float32", shape: [2] }]);
});

describe("protobuf", () => {
  const cases: readonly (readonly [string, readonly number[], string])[] = [
    ["a tag that ends in the middle", [0x80], "at byte 0: a field of the model is cut short by the end of its message"],
    [
      "a varint that ends in the middle",
      [8, 0x80],
      "at byte 0: a field of the model is cut short by the end of its message",
    ],
    ["a tag without a value", [8], "at byte 0: a field of the model is cut short by the end of its message"],
    [
      "a fixed field that ends in the middle",
      [0x7d, 1, 2, 3],
      "at byte 0: a field of the model is cut short by the end of its message",
    ],
    [
      "a length beyond the file",
      [...integer(1, 8), 0x3a, 100, 1],
      "at byte 2: field 7 of the model claims 100 bytes; 1 are left in its message",
    ],
    [
      "a length of 2^63",
      [0x3a, ...varint(2n ** 63n)],
      "at byte 0: field 7 of the model claims 9223372036854775808 bytes; 0 are left in its message",
    ],
    [
      "a length of 2^64 - 1",
      [0x3a, ...varint(2n ** 64n - 1n)],
      "at byte 0: field 7 of the model claims 18446744073709551615 bytes; 0 are left in its message",
    ],
    [
      "a varint of more than 64 bits",
      [8, ...Array<number>(9).fill(0xff), 2],
      "at byte 1: field 1 of the model has a varint of more than 64 bits",
    ],
    [
      "a varint of 11 bytes",
      [8, ...Array<number>(10).fill(0x80), 0],
      "at byte 1: field 1 of the model has a varint of more than 64 bits",
    ],
    [
      "a tag of more than 32 bits",
      [0xf8, 0xff, 0xff, 0xff, 0x7f, 0],
      "at byte 0: a field of the model has a tag of more than 32 bits",
    ],
    ["field number 0", [0, 0], "at byte 0: a field of the model has the number 0"],
    ["a group", [(7 << 3) | 3, 0], "at byte 0: field 7 of the model is a group; ONNX has no groups"],
    [
      "an unknown group",
      [(9 << 3) | 3, (9 << 3) | 4],
      "at byte 0: field 9 of the model is a group; ONNX has no groups",
    ],
    ["the end of a group", [(7 << 3) | 4], "at byte 0: field 7 of the model is a group; ONNX has no groups"],
    ["wire type 6", [(7 << 3) | 6], "at byte 0: field 7 of the model has wire type 6; expected 0 to 5"],
    ["a graph stored as a number", integer(7, 1), "at byte 1: the graph is stored as varint; expected delimited"],
    [
      "a version stored as a string",
      delimited(1, "8"),
      "at byte 2: the IR version is stored as delimited; expected varint",
    ],
  ];
  test.each(cases)("%s", (_, bytes, message) => expectRefusal(bytes, FormatError, message));

  test("a message that ends beyond the one around it, though within the file", async () => {
    const overlapping = [
      ...integer(1, 8),
      ...delimited(7, [0x0a, 20, 1, 2, 3]),
      ...delimited(8, integer(2, 17)),
      ...delimited(3, "0123456789012345"),
    ];
    await expectRefusal(
      overlapping,
      FormatError,
      "at byte 4: field 1 of the graph claims 20 bytes; 3 are left in its message",
    );
  });

  test("every truncation of a model is refused or is a whole model", async () => {
    const whole = model(RELU, { extra: delimited(14, [...delimited(1, "key"), ...delimited(2, "value")]) });
    for (let length = 0; length < whole.byteLength; length++) {
      const outcome = await fromBytes(whole.slice(0, length)).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(FormatError);
      else expect([model(RELU).byteLength]).toContain(length);
    }
  });

  test("unknown fields of every wire type are skipped", async () => {
    const unknown = [
      ...integer(100, 2n ** 64n - 1n),
      ...delimited(101, [255, 255]),
      ...float(102, 1),
      ...varint(103 * 8 + 1),
      ...doubleBytes(1),
    ];
    const { graph } = await fromBytes(model([...unknown, ...RELU, ...unknown], { extra: unknown }));
    expect(graph.nodes).toHaveLength(1);
  });

  test("deep nesting costs nothing: a field that is not needed is not entered", async () => {
    let nested: number[] = [];
    for (let depth = 0; depth < 500; depth++) nested = delimited(100, nested);
    await expect(fromBytes(model([...RELU, ...nested]))).resolves.toBeDefined();
    let subgraph: number[] = [];
    for (let depth = 0; depth < 300; depth++)
      subgraph = delimited(
        1,
        node("If", [], [], delimited(5, [...delimited(1, "then_branch"), ...delimited(6, subgraph)])),
      );
    const error = await refusal(model(subgraph));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error.message).toBe('model.onnx: node 0 (If) is a branch by "", which is not constant');
  });
});

describe("size", () => {
  test("a shape that promises terabytes is refused before anything is allocated", async () => {
    const bytes = modelWithTensor([...integer(1, 2 ** 40), ...integer(2, 7), ...delimited(7, [1, 2, 3])]);
    await expectRefusal(
      bytes,
      FormatError,
      `at byte 6: tensor "w" has 3 bytes of int64 data; its shape has ${2 ** 40} elements`,
    );
  });

  test("a model of very many small items ends at a limit", async () => {
    const list = [...varint(8 * 8 + 2), ...varint(4_000_000)];
    const bytes = modelWithAttribute([...list, ...new Array<number>(4_000_000).fill(1)]);
    await expectRefusal(bytes, UnsupportedError, "the model's description has more than 4000000 items");
  });
});
