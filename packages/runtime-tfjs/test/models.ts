import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memorySink, type MemorySink } from "@samoyed/core";
import { writeTfjs, type WriteTfjsOptions } from "@samoyed/format-tfjs";
import type { Graph } from "@samoyed/ir";

/** Makes a new temporary folder. */
export async function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "samoyed-tfjs-"));
}

export type WriteOptions = Omit<WriteTfjsOptions, "createSink">;

/** Writes a graph as a model, in memory. */
export async function modelFiles(graph: Graph, options: WriteOptions = {}): Promise<Map<string, Uint8Array>> {
  const sinks = new Map<string, MemorySink>();
  await writeTfjs(graph, {
    ...options,
    createSink: async (file) => {
      const sink = memorySink();
      sinks.set(file, sink);
      return sink;
    },
  });
  for (const sink of sinks.values()) await sink.commit();
  return new Map(Array.from(sinks, ([file, sink]) => [file, sink.bytes()]));
}

/** The name of a model's only weight file. */
export function onlyShard(files: ReadonlyMap<string, unknown>): string {
  const shards = [...files.keys()].filter((file) => file !== "model.json");
  if (shards.length !== 1) throw new Error(`the model has the weight files ${shards.join(", ")}; one was expected`);
  return shards[0]!;
}

/** Writes a graph as a model into a new folder, and returns the path of model.json. */
export async function writeModel(graph: Graph, options: WriteOptions = {}): Promise<string> {
  return writeFiles(await modelFiles(graph, options));
}

export async function writeFiles(files: ReadonlyMap<string, Uint8Array | string>): Promise<string> {
  const folder = await newFolder();
  await mkdir(folder, { recursive: true });
  for (const [file, bytes] of files) await writeFile(join(folder, file), bytes);
  return join(folder, "model.json");
}
