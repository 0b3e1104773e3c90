import { type Contract, type LazyTensor, memorySink, memorySource, type Shape } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { type OnnxModel, readOnnx, writeOnnx } from "../src/index.ts";

/** The bytes of a graph's model. */
export async function toBytes(graph: Graph, options: { contract?: Contract } = {}): Promise<Uint8Array> {
  const sink = memorySink();
  await writeOnnx(graph, { sink, ...options });
  await sink.commit();
  return sink.bytes();
}

/** The model of bytes; errors call it `model.onnx`. */
export function fromBytes(bytes: Uint8Array): Promise<OnnxModel> {
  return readOnnx(memorySource(bytes, "model.onnx"));
}

/** A tensor that two graphs may be compared by. */
export interface PlainTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: Shape;
  readonly bytes: readonly number[];
}

async function plainTensor(tensor: LazyTensor): Promise<PlainTensor> {
  return { name: tensor.name, dtype: tensor.dtype, shape: tensor.shape, bytes: [...(await tensor.read())] };
}

/** A graph with its tensors read, to compare it with another. */
export async function plain(graph: Graph): Promise<unknown> {
  const nodes = graph.nodes.map(async (node) => {
    const attributes = Object.entries(node.attributes).map(async ([name, attribute]) => [
      name,
      attribute.type === "tensor" ? { type: "tensor", value: await plainTensor(attribute.value) } : attribute,
    ]);
    return { ...node, attributes: await Promise.all(attributes) };
  });
  return {
    ...graph,
    nodes: await Promise.all(nodes),
    initializers: await Promise.all(Array.from(graph.initializers.values(), plainTensor)),
    values: [...graph.values],
  };
}

/** A contract with everything in it. */
export const CONTRACT: Contract = {
  version: 1,
  model: "resnext26ts.test",
  task: "logits",
  input: "input",
  output: "logits",
  taps: ["relu1", "relu2"],
  preprocess: {
    inputSize: [3, 16, 16],
    interpolation: "bicubic",
    cropPct: 0.875,
    cropMode: "center",
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
  labels: ["Samoyed", "Großer Schweizer Sennenhund", "狐", "🐶", "white wolf"],
  weights: "float32",
  license: "cc-by-nc-4.0",
  source: { name: "small.pth", sha256: "0".repeat(64) },
  references: [{ kind: "documented", source: "a page", top: [{ index: 0, label: "Samoyed", probability: 0.6425 }] }],
  generator: "samoyed 0.1.2",
};
