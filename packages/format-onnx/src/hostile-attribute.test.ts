import { FormatError, UnsupportedError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { fromBytes } from "../test/files.ts";
import { type ErrorClass, expectRefusal, refusal } from "../test/refusal.ts";
import { delimited, integer, model, modelWithAttribute, node, value } from "../test/wire.ts";

describe("attributes", () => {
  const what = 'node "act" (Relu): attribute "a"';
  const cases: readonly (readonly [string, readonly number[], ErrorClass, string])[] = [
    ["a subgraph", delimited(6, []), UnsupportedError, `${what} is a subgraph`],
    ["subgraphs", delimited(11, []), UnsupportedError, `${what} is a list of subgraphs`],
    ["a sparse tensor", delimited(22, []), UnsupportedError, `${what} is a sparse tensor`],
    ["a type", delimited(14, []), UnsupportedError, `${what} is a type`],
    ["tensors", delimited(10, []), UnsupportedError, `${what} is a list of tensors`],
    ["a reference", delimited(21, "alpha"), UnsupportedError, `${what} is a reference to a function's attribute`],
    [
      "an integer that a double cannot represent",
      [...integer(3, 2n ** 63n - 1n), ...integer(20, 2)],
      UnsupportedError,
      `${what} is 9223372036854775807, which a double cannot represent exactly`,
    ],
  ];
  test.each(cases)("%s", (_, fields, type, message) => expectRefusal(modelWithAttribute(fields), type, message));

  const malformed: readonly (readonly [string, readonly number[], string])[] = [
    ["no value", [], `${what} has no value`],
    ["a type and no value", integer(20, 2), `${what} has no value`],
    [
      "a different type than its value",
      [...integer(3, 1), ...integer(20, 1)],
      `${what} has type float and int for a value`,
    ],
    ["a type that does not exist", [...integer(3, 1), ...integer(20, 99)], `${what} has type 99 and int for a value`],
    [
      "two values",
      [...integer(3, 1), ...delimited(9, "s"), ...integer(20, 2)],
      `${what} has strings and int; expected one value`,
    ],
    ["a string that is not UTF-8", [...delimited(4, [0xc0]), ...integer(20, 3)], `${what} is not UTF-8`],
    [
      "floats of half a float",
      [...delimited(7, [1, 2]), ...integer(20, 6)],
      `${what} has 2 bytes; expected a multiple of 4`,
    ],
    ["integers cut short", [...delimited(8, [1, 0x80]), ...integer(20, 7)], `${what} is cut short by its end`],
    [
      "a packed integer of more than 64 bits",
      [...delimited(8, Array<number>(11).fill(0xff)), ...integer(20, 7)],
      `${what} has a varint of more than 64 bits`,
    ],
    [
      "a float stored as an integer",
      [...integer(2, 1), ...integer(20, 1)],
      `${what} is stored as varint; expected fixed32`,
    ],
  ];
  test.each(malformed)("%s", async (_, fields, message) => {
    const error = await refusal(modelWithAttribute(fields));
    expect(error.message).toMatch(/^model\.onnx: at byte \d+: /);
    expect(error.message.replace(/^.*? at byte \d+: /, "")).toBe(message);
    expect(error).toBeInstanceOf(FormatError);
  });

  test("a duplicate attribute", async () => {
    const attribute = delimited(5, [...delimited(1, "a"), ...integer(3, 1), ...integer(20, 2)]);
    const graph = [
      ...delimited(1, node("Relu", ["x"], ["y"], attribute, attribute)),
      ...delimited(11, value("x", 1, [2])),
      ...delimited(12, value("y", 1, [2])),
    ];
    expect((await refusal(model(graph))).message).toMatch(/node 0 \(Relu\) has attribute "a" twice$/);
  });

  test("a name such as __proto__ is an ordinary name", async () => {
    const attribute = delimited(5, [...delimited(1, "__proto__"), ...integer(3, 7), ...integer(20, 2)]);
    const fields = [
      ...delimited(1, node("Relu", ["x"], ["y"], attribute)),
      ...delimited(11, value("x", 1, [2])),
      ...delimited(12, value("y", 1, [2])),
    ];
    const { graph } = await fromBytes(model(fields));
    const attributes = graph.nodes[0]!.attributes;
    expect(Object.keys(attributes)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(attributes, "__proto__")?.value).toEqual({ type: "int", value: 7 });
  });
});
