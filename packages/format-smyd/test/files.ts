import { readFile } from "node:fs/promises";
import { type Contract, CONTRACT_VERSION, type LazyTensor, memorySink, memorySource } from "@samoyed/core";
import type { Graph } from "@samoyed/graph";
import { readSmyd, type SmydModel, writeSmyd, type WriteSmydOptions } from "../src/index.ts";

export const CONTRACT: Contract = {
  version: CONTRACT_VERSION,
  model: "small.test",
  task: "logits",
  input: "input",
  output: "logits",
  preprocess: {
    inputSize: [3, 16, 16],
    interpolation: "bicubic",
    cropPct: 0.875,
    cropMode: "center",
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
  },
  labels: ["Samojede", "çubuk", "犬", "d", "e"],
  weights: "float32",
  source: { name: "small.pth", sha256: "0123456789abcdef".repeat(4) },
  generator: "samoyed test",
};

/** The bytes of a graph's file. */
export async function toBytes(
  graph: Graph,
  options: Omit<WriteSmydOptions, "sink"> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const sink = memorySink();
  await writeSmyd(graph, { sink, ...options });
  await sink.commit();
  return sink.bytes() as Uint8Array<ArrayBuffer>;
}

/** A file of version 1, as the last Samoyed that wrote those left it. */
export function former(name: "canonical" | "operators" | "opset"): Promise<Uint8Array> {
  return readFile(new URL(`../fixtures/version-1-${name}.smyd`, import.meta.url));
}

/** The model of bytes; errors call it `model.smyd`. */
export function fromBytes(bytes: Uint8Array): Promise<SmydModel> {
  return readSmyd(memorySource(bytes, "model.smyd"));
}

async function plainTensor(tensor: LazyTensor): Promise<object> {
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
    initializers: await Promise.all([...graph.initializers.values()].map(plainTensor)),
  };
}

/** A file's header, as JSON. */
export function headerOf(bytes: Uint8Array): Record<
  string,
  { data_offsets: [number, number]; dtype: string; shape: number[] }
> & {
  __metadata__: Record<string, string>;
} {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as ReturnType<typeof headerOf>;
}

/** A file's data section. */
export function dataOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)));
}
