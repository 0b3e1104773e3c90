import { expect, test } from "vitest";
import type { GraphNode, WeightEntry } from "@samoyed/tfjs-file";
import { convolutionAttributes, findGroupedConvs, joinFilters } from "./grouped.ts";

const attr = {
  strides: { list: { i: ["1", "2", "2", "1"] } },
  dilations: { list: { i: ["1", "1", "1", "1"] } },
  padding: { s: btoa("VALID") },
  data_format: { s: btoa("NHWC") },
};

function weight(
  name: string,
  shape: readonly number[],
  dtype: WeightEntry["dtype"] = "float32",
): [string, WeightEntry] {
  return [name, { name, shape, dtype, quantization: undefined }];
}

const WEIGHTS = new Map([
  weight("axis", [], "int32"),
  ...["f0", "f1", "f2"].map((name) => weight(name, [3, 3, 2, 4])),
  weight("wide", [3, 3, 2, 5]),
]);

/** A grouped convolution of three parts, with some nodes changed or omitted. */
function nodes(changes: Readonly<Record<string, Partial<GraphNode> | undefined>> = {}): GraphNode[] {
  const all: GraphNode[] = [
    { name: "x", op: "Placeholder" },
    ...["axis", "f0", "f1", "f2", "wide"].map((name) => ({ name, op: "Const" })),
    { name: "split", op: "Split", input: ["axis", "x"], attr: { num_split: { i: "3" } } },
    { name: "c0", op: "Conv2D", input: ["split", "f0"], attr },
    { name: "c1", op: "Conv2D", input: ["split:1", "f1"], attr },
    { name: "c2", op: "Conv2D", input: ["split:2", "f2"], attr },
    { name: "join", op: "ConcatV2", input: ["c0", "c1", "c2", "axis"] },
    { name: "out", op: "Relu", input: ["join"] },
  ];
  return all.map((node) => ({ ...node, ...changes[node.name] }));
}

const find = (list: readonly GraphNode[], kept: readonly string[] = ["out"]): readonly string[] =>
  findGroupedConvs(list, { weights: WEIGHTS, kept: new Set(kept) }).map(
    (conv) => `${conv.x} ${conv.filters.join(" ")}`,
  );

test("a split, plain convolutions of its parts in order, and their concatenation become one convolution", () => {
  expect(find(nodes())).toEqual(["x f0 f1 f2"]);
  expect(find(nodes({ c0: { input: ["split:0", "f0"] } }))).toEqual(["x f0 f1 f2"]);
  const other = { ...attr, strides: { list: { i: ["1", "1", "1", "1"] } } };
  const cases: Record<string, Parameters<typeof nodes>[0]> = {
    "parts out of order": { c1: { input: ["split:2", "f1"] } },
    "another split": { split: { attr: { num_split: { i: "4" } } } },
    "no split": { split: { op: "SplitV" } },
    "another stride in one part": { c2: { attr: other } },
    "a filter of another size": { c2: { input: ["split:2", "wide"] } },
    "a filter that two parts share": { c2: { input: ["split:2", "f1"] } },
    "a part with bias": { c1: { op: "_FusedConv2D" } },
    "a part that is used elsewhere": { out: { input: ["c1"] } },
    "a filter that is used elsewhere": { out: { input: ["f1"] } },
    "a computed filter": { c1: { input: ["split:1", "x"] } },
  };
  for (const [name, changes] of Object.entries(cases)) expect(find(nodes(changes)), name).toEqual([]);
  expect(find(nodes(), ["c1"])).toEqual([]);
});

test("only windows that the kernel's attributes can express", () => {
  const node = { name: "c", op: "Conv2D", attr };
  expect(convolutionAttributes(node)).toEqual({ strides: [2, 2], dilations: [1, 1], pad: "valid", dataFormat: "NHWC" });
  for (const changes of [
    { padding: { s: btoa("EXPLICIT") } },
    { padding: { s: "%" } },
    { data_format: { s: btoa("NCHW") } },
    { strides: { list: { i: ["2", "1", "1", "1"] } } },
  ]) {
    expect(convolutionAttributes({ ...node, attr: { ...attr, ...changes } })).toBeUndefined();
  }
});

test("filters are joined along their outputs, tap by tap", () => {
  const parts = [Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6, 7, 8)];
  // Two taps, one channel in, two out.
  expect(joinFilters(parts, [2, 1, 1, 2])).toEqual({
    shape: [2, 1, 1, 4],
    values: Float32Array.of(1, 2, 5, 6, 3, 4, 7, 8),
  });
});

test("zeros between merged groups are dropped if all parts have them", () => {
  const diagonal = [Float32Array.of(1, 0, 0, 2), Float32Array.of(3, 0, 0, 4)];
  expect(joinFilters(diagonal, [1, 1, 2, 2])).toEqual({ shape: [1, 1, 1, 4], values: Float32Array.of(1, 2, 3, 4) });
  const full = [Float32Array.of(1, 0, 0, 2), Float32Array.of(3, 9, 0, 4)];
  expect(joinFilters(full, [1, 1, 2, 2])).toEqual({
    shape: [1, 1, 2, 4],
    values: Float32Array.of(1, 0, 3, 9, 0, 2, 0, 4),
  });
});
