import type { Graph } from "@samoyed/ir";
import { dtypeGraph } from "@samoyed/test-support/dtype-graph";
import { plainGraph } from "@samoyed/test-support/plain-graph";
import { expect, test } from "vitest";
import { CONTRACT, fromBytes, toBytes } from "../test/files.ts";
import { contractNetwork, float16Graph, ONNX_DTYPES, reshapeGraph, smallNetwork } from "../test/graphs.ts";

const graphs: readonly (readonly [string, Graph])[] = [
  ["a small network", smallNetwork()],
  ["a network at operator set 13", smallNetwork({ opset: 13 })],
  ["sizes and tensor attributes", reshapeGraph()],
  ["float16 weights", float16Graph()],
  ...ONNX_DTYPES.map((dtype) => [dtype, dtypeGraph(dtype)] as const),
];

test.each(graphs)("%s is read back as it was written", async (_, graph) => {
  const { graph: back, metadata, contract } = await fromBytes(await toBytes(graph));
  expect(await plainGraph(back)).toEqual(await plainGraph(graph));
  expect(metadata.size).toBe(0);
  expect(contract).toBeUndefined();
});

test("the contract is preserved, next to ONNX's own keys", async () => {
  const { metadata, contract } = await fromBytes(await toBytes(contractNetwork(), { contract: CONTRACT }));
  expect(contract).toEqual(CONTRACT);
  expect([...metadata.keys()]).toEqual(["Image.BitmapPixelFormat", "Image.ColorSpaceGamma", "samoyed"]);
  expect(metadata.get("Image.BitmapPixelFormat")).toBe("Rgb8");
  expect(metadata.get("Image.ColorSpaceGamma")).toBe("SRGB");
});

test.each([
  ["NominalRange_0_255", 0, 1 / 255],
  ["Normalized_0_1", 0, 1],
  ["Normalized_1_1", 0.5, 0.5],
  [undefined, 0, 0.5],
])("the pixel range is named if ONNX has a name for it: %s", async (name, mean, std) => {
  const preprocess = { ...CONTRACT.preprocess, mean: [mean, mean, mean], std: [std, std, std] };
  const { metadata } = await fromBytes(await toBytes(contractNetwork(), { contract: { ...CONTRACT, preprocess } }));
  expect(metadata.get("Image.NominalPixelRange")).toBe(name);
});

test("a gray model has a gray pixel format", async () => {
  const preprocess = { ...CONTRACT.preprocess, inputSize: [1, 16, 16] as const, mean: [0.5], std: [0.5] };
  const { metadata } = await fromBytes(await toBytes(contractNetwork(), { contract: { ...CONTRACT, preprocess } }));
  expect(metadata.get("Image.BitmapPixelFormat")).toBe("Gray8");
});
