import { type Contract, memorySink, memorySource } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { testContract } from "@samoyed/test-support/contract";
import { type OnnxModel, readOnnx, type ReadOnnxOptions, writeOnnx } from "../src/index.ts";

/** Writes a graph's model to bytes. */
export async function toBytes(graph: Graph, options: { contract?: Contract } = {}): Promise<Uint8Array> {
  const sink = memorySink();
  await writeOnnx(graph, { sink, ...options });
  await sink.commit();
  return sink.bytes();
}

/** Reads a model from bytes; errors call it `model.onnx`. */
export function fromBytes(bytes: Uint8Array, options: ReadOnnxOptions = {}): Promise<OnnxModel> {
  return readOnnx(memorySource(bytes, "model.onnx"), options);
}

/** A contract with everything in it. */
export const CONTRACT: Contract = testContract({
  model: "resnext26ts.test",
  taps: ["relu1", "relu2"],
  preprocess: {
    inputSize: [3, 16, 16],
    cropPct: 0.875,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
  labels: ["Samoyed", "Großer Schweizer Sennenhund", "狐", "🐶", "white wolf"],
  license: "cc-by-nc-4.0",
  source: { name: "small.pth", sha256: "0".repeat(64) },
  references: [{ kind: "documented", source: "a page", top: [{ index: 0, label: "Samoyed", probability: 0.6425 }] }],
  generator: "samoyed 0.1.2",
});
