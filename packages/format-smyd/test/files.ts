import { type Contract, memorySink, memorySource } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { testContract } from "@samoyed/test-support/contract";
import { readSmyd, type SmydModel, writeSmyd, type WriteSmydOptions } from "../src/index.ts";

export const CONTRACT: Contract = testContract({
  model: "small.test",
  preprocess: { inputSize: [3, 16, 16], cropPct: 0.875, std: [0.25, 0.25, 0.25] },
  labels: ["Samojede", "çubuk", "犬", "d", "e"],
  source: { name: "small.pth", sha256: "0123456789abcdef".repeat(4) },
});

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

/** The model of bytes; errors call it `model.smyd`. */
export function fromBytes(bytes: Uint8Array): Promise<SmydModel> {
  return readSmyd(memorySource(bytes, "model.smyd"));
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
