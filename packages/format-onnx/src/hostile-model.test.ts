import { FormatError, UnsupportedError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { type ErrorClass, refusal } from "../test/refusal.ts";
import { delimited, floatBytes, integer, model, node, RELU, value } from "../test/wire.ts";

describe("the model", () => {
  const graph = delimited(7, RELU);
  const opset = delimited(8, integer(2, 17));
  const cases: readonly (readonly [string, Uint8Array | readonly number[], ErrorClass, string])[] = [
    ["no bytes", [], FormatError, "the model has no IR version"],
    ["no graph", [...integer(1, 8), ...opset], FormatError, "the model has no graph"],
    ["no operator set", [...integer(1, 8), ...graph], FormatError, "the model has no version of ONNX's operators"],
    [
      "only another domain's operator set",
      [...integer(1, 8), ...graph, ...delimited(8, [...delimited(1, "ai.onnx.ml"), ...integer(2, 3)])],
      UnsupportedError,
      "the model uses only operators of ai.onnx.ml",
    ],
    [
      "two graphs",
      [...integer(1, 8), ...graph, ...graph, ...opset],
      FormatError,
      `at byte ${2 + 2 * graph.length - RELU.length}: the model has a second graph`,
    ],
    ["an old IR version", model(RELU, { ir: 2 }), UnsupportedError, "has IR version 2; versions 3 to 14 are handled"],
    [
      "a future IR version",
      model(RELU, { ir: 15 }),
      UnsupportedError,
      "has IR version 15; versions 3 to 14 are handled",
    ],
    [
      "an old operator set",
      model(RELU, { opset: 5 }),
      UnsupportedError,
      "uses operator set 5; sets 6 to 28 are handled",
    ],
    [
      "a future operator set",
      model(RELU, { opset: 29 }),
      UnsupportedError,
      "uses operator set 29; sets 6 to 28 are handled",
    ],
    ["functions", model(RELU, { extra: delimited(25, []) }), UnsupportedError, "the model has functions of its own"],
    [
      "a duplicate key",
      model(RELU, { extra: [...delimited(14, delimited(1, "k")), ...delimited(14, delimited(1, "k"))] }),
      FormatError,
      `at byte ${model(RELU).length + 7}: the metadata has the key "k" twice`,
    ],
    [
      "metadata that is not UTF-8",
      model(RELU, { extra: delimited(14, delimited(2, [0xff])) }),
      FormatError,
      `at byte ${model(RELU).length + 4}: a value of the metadata is not UTF-8`,
    ],
  ];
  test.each(cases)("%s", async (_, bytes, type, message) => {
    const error = await refusal(bytes);
    expect(error.message.replace(/^model\.onnx:? /, "")).toBe(message);
    expect(error).toBeInstanceOf(type);
  });

  test("an error has its offset in details", async () => {
    expect((await refusal([...integer(1, 8), 0x3a, 100, 1])).details).toEqual({ offset: 2 });
  });

  test("an invalid contract", async () => {
    const extra = delimited(14, [...delimited(1, "samoyed"), ...delimited(2, "{")]);
    expect(await refusal(model(RELU, { extra }))).toBeInstanceOf(FormatError);
  });
});

describe("the graph", () => {
  const x = delimited(11, value("x", 1, [2]));
  const y = delimited(12, value("y", 1, [2]));
  const relu = delimited(1, node("Relu", ["x"], ["y"]));
  const tensor = delimited(5, [
    ...delimited(8, "w"),
    ...integer(1, 1),
    ...integer(2, 1),
    ...delimited(9, floatBytes(1)),
  ]);
  const sequence = [...delimited(1, "x"), ...delimited(2, delimited(4, []))];
  const cases: readonly (readonly [string, readonly number[], ErrorClass, string | RegExp])[] = [
    [
      "a node without an operator",
      [...delimited(1, delimited(1, "x")), ...x, ...y],
      FormatError,
      "at byte 6: node 0 has no operator",
    ],
    [
      "a node of another domain",
      [...delimited(1, node("NhwcConv", ["x"], ["y"], delimited(3, "act"), delimited(7, "com.microsoft"))), ...x, ...y],
      UnsupportedError,
      'node "act" (NhwcConv) is an operator of domain "com.microsoft"',
    ],
    [
      "a value that nothing assigns",
      [...delimited(1, node("Relu", ["z"], ["y"])), ...x, ...y],
      FormatError,
      'at byte 4: node "Relu_1" (Relu) uses value "z", which nothing assigns',
    ],
    [
      "a loop",
      [...delimited(1, node("Add", ["x", "y"], ["y"])), ...x, ...y],
      FormatError,
      'at byte 4: node "Add_1" (Add) uses value "y" before it is assigned: the nodes are not in topological order',
    ],
    [
      "a value assigned twice",
      [...relu, ...relu, ...x, ...y],
      FormatError,
      'at byte 4: value "y" is assigned twice: by node "Relu_1" (Relu) and by node "Relu_2" (Relu)',
    ],
    [
      "an input assigned by a node",
      [...delimited(1, node("Relu", ["x"], ["x"])), ...x, ...y],
      FormatError,
      'at byte 4: value "x" is assigned twice: by graph input "x" and by node "Relu_1" (Relu)',
    ],
    ["an output that nothing assigns", [...x, ...y], FormatError, 'at byte 4: graph output "y" is assigned by nothing'],
    [
      "a duplicate initializer",
      [...tensor, ...tensor, ...RELU],
      FormatError,
      /^at byte \d+: initializer "w" appears twice$/,
    ],
    [
      "an initializer without a name",
      [...delimited(5, [...integer(1, 1), ...integer(2, 1), ...delimited(9, floatBytes(1))]), ...RELU],
      FormatError,
      "at byte 6: initializer 0 has no name",
    ],
    ["a sparse initializer", [...RELU, ...delimited(15, [])], UnsupportedError, "the graph has sparse initializers"],
    [
      "an input that is a sequence",
      [...relu, ...delimited(11, sequence), ...y],
      UnsupportedError,
      'input "x" is a sequence; only tensors are handled',
    ],
    [
      "an input of strings",
      [...relu, ...delimited(11, value("x", 8, [2])), ...y],
      UnsupportedError,
      'input "x" has elements of type string',
    ],
    [
      "an input of a type that ONNX does not have",
      [...relu, ...delimited(11, value("x", 99, [2])), ...y],
      FormatError,
      /^at byte \d+: input "x" has element type 99, which ONNX does not have$/,
    ],
    [
      "an input without a type",
      [...relu, ...delimited(11, delimited(1, "x")), ...y],
      FormatError,
      /^at byte \d+: input "x" has no type$/,
    ],
    [
      "an input with an empty type",
      [...relu, ...delimited(11, [...delimited(1, "x"), ...delimited(2, [])]), ...y],
      FormatError,
      /^at byte \d+: input "x" has an empty type$/,
    ],
    [
      "an input without a shape",
      [...relu, ...delimited(11, [...delimited(1, "x"), ...delimited(2, delimited(1, integer(1, 1)))]), ...y],
      UnsupportedError,
      'input "x" has no shape',
    ],
    [
      "a negative size",
      [
        ...relu,
        ...delimited(11, [
          ...delimited(1, "x"),
          ...delimited(2, delimited(1, [...integer(1, 1), ...delimited(2, delimited(1, integer(1, -2)))])),
        ]),
        ...y,
      ],
      FormatError,
      /^at byte \d+: input "x" has the size -2; expected 0 or more, -1 or a name$/,
    ],
    [
      "a value without a name",
      [...relu, ...delimited(11, delimited(2, [])), ...y],
      FormatError,
      /^at byte \d+: input has no name$/,
    ],
  ];
  test.each(cases)("%s", async (_, fields, type, message) => {
    const error = await refusal(model(fields));
    const text = error.message.replace("model.onnx: ", "");
    if (typeof message === "string") expect(text).toBe(message);
    else expect(text).toMatch(message);
    expect(error).toBeInstanceOf(type);
  });
});
