import { FormatError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { checkNames, type GraphNames } from "./check-names.ts";

const whole: GraphNames = {
  name: "net",
  inputs: [{ name: "x" }],
  outputs: [{ name: "y" }],
  initializers: ["w", "unused"],
  nodes: [
    { name: "a", op: "Conv", inputs: ["x", "w", ""], outputs: ["h"] },
    { name: "b", op: "MaxPool", inputs: ["h"], outputs: ["y", ""] },
  ],
};
const [a, b] = whole.nodes as [GraphNames["nodes"][number], GraphNames["nodes"][number]];

test("consistent names: returns the used values", () => {
  expect([...checkNames(whole)].sort()).toEqual(["h", "w", "x", "y"]);
});

describe("refused", () => {
  test.each<[string, Partial<GraphNames>, string]>([
    [
      "an input and a weight with the same name",
      { initializers: ["x", "w"] },
      'value "x" is assigned twice: by graph input "x" and by initializer "x"',
    ],
    [
      "a value assigned by two nodes",
      { nodes: [a, { ...b, outputs: ["h"] }] },
      'value "h" is assigned twice: by node "a" (Conv) and by node "b" (MaxPool)',
    ],
    ["an input without a name", { inputs: [{ name: "" }] }, 'graph input "" has an empty name'],
    ["two nodes with the same name", { nodes: [a, { ...b, name: "a" }] }, 'two nodes are named "a"'],
    ["a node without a name", { nodes: [{ ...a, name: "" }, b] }, 'two nodes are named ""'],
    [
      "nodes out of order",
      { nodes: [b, a] },
      'node "b" (MaxPool) uses value "h" before it is assigned: the nodes are not in topological order',
    ],
    [
      "a value that nothing assigns",
      { nodes: [{ ...a, inputs: ["z"] }, b] },
      'node "a" (Conv) uses value "z", which nothing assigns',
    ],
    ["an output that nothing assigns", { outputs: [{ name: "z" }] }, 'graph output "z" is assigned by nothing'],
    ["a duplicate output", { outputs: [{ name: "y" }, { name: "y" }] }, 'graph output "y" is listed twice'],
    ["no outputs", { outputs: [] }, 'graph "net" has no outputs'],
  ])("%s", (_, changed, message) => {
    const attempt = (): unknown => checkNames({ ...whole, ...changed });
    expect(attempt).toThrow(FormatError);
    expect(attempt).toThrow(message);
  });

  test("the caller's error names the file", () => {
    const fail = (message: string): FormatError => new FormatError(`m.onnx: ${message}`);
    expect(() => checkNames({ ...whole, outputs: [] }, fail)).toThrow('m.onnx: graph "net" has no outputs');
  });
});
