import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import "@tensorflow/tfjs-backend-cpu";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { type GraphModel, loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { type MemorySink, memorySink, type Tensor } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { writeTfjs, type WriteTfjsOptions } from "../src/index.ts";

setWasmPaths(
  `${join(dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm")), "../wasm-out")}/`,
);

/** Engines that run in Node without a library of their own. */
export type Backend = "cpu" | "wasm";

/** The files of a model, by name. */
export type ModelFiles = ReadonlyMap<string, Uint8Array>;

/** Writes a model into memory. */
export async function toFiles(graph: Graph, options: Omit<WriteTfjsOptions, "createSink"> = {}): Promise<ModelFiles> {
  const sinks = new Map<string, MemorySink>();
  const createSink = async (file: string): Promise<MemorySink> => {
    const sink = memorySink();
    sinks.set(file, sink);
    return sink;
  };
  await writeTfjs(graph, { createSink, ...options });
  const files = new Map<string, Uint8Array>();
  for (const [file, sink] of sinks) {
    await sink.commit();
    files.set(file, sink.bytes());
  }
  return files;
}

interface ModelJson {
  readonly format: string;
  readonly modelTopology: { readonly node: readonly TfJsonNode[] };
  readonly signature: Readonly<Record<"inputs" | "outputs", Readonly<Record<string, unknown>>>>;
  readonly userDefinedMetadata: Readonly<Record<string, string>>;
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: tf.io.WeightsManifestEntry[];
  }[];
}

/** A node in `model.json`. */
export interface TfJsonNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, unknown>>;
}

/** The only weight file of a model. */
export function onlyShard(files: ModelFiles): Uint8Array {
  const shards = [...files.keys()].filter((file) => file !== "model.json");
  if (shards.length !== 1) throw new Error(`the model has the weight files ${shards.join(", ")}; one was expected`);
  return files.get(shards[0]!)!;
}

/** `model.json`, parsed. */
export function modelJsonOf(files: ModelFiles): ModelJson {
  return JSON.parse(new TextDecoder().decode(files.get("model.json"))) as ModelJson;
}

/** Loads a model as plain TensorFlow.js does; only the files come from memory. The engine is the one to run it on. */
export async function loadFiles(files: ModelFiles, backend: Backend = "cpu"): Promise<GraphModel> {
  await tf.setBackend(backend);
  const json = modelJsonOf(files);
  const [group] = json.weightsManifest;
  const bytes = (group?.paths ?? []).map((path) => files.get(path)!);
  const weightData = new Uint8Array(bytes.reduce((sum, part) => sum + part.byteLength, 0));
  bytes.reduce((place, part) => (weightData.set(part, place), place + part.byteLength), 0);
  const artifacts = {
    ...json,
    weightSpecs: group?.weights ?? [],
    weightData: weightData.buffer,
  } as unknown as tf.io.ModelArtifacts;
  return loadGraphModel({ load: async () => artifacts });
}

/** Runs a loaded model on tensors of ours; inputs and outputs by the signature's names. */
export async function runModel(
  model: GraphModel,
  inputs: Readonly<Record<string, Tensor>>,
  outputs: readonly string[],
): Promise<Map<string, Tensor>> {
  const fed = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, toTf(tensor)]));
  const results = model.execute(fed, [...outputs]) as tf.Tensor | tf.Tensor[];
  const list = Array.isArray(results) ? results : [results];
  const found = new Map(outputs.map((name, index) => [name, fromTf(list[index]!)]));
  tf.dispose([...Object.values(fed), ...list]);
  return found;
}

function toTf({ dtype, shape, data }: Tensor): tf.Tensor {
  if (dtype === "int64") return tf.tensor(Int32Array.from(data, Number), [...shape], "int32");
  return tf.tensor(data as Float32Array, [...shape], dtype as "float32");
}

function fromTf(tensor: tf.Tensor): Tensor {
  return { dtype: tensor.dtype, shape: tensor.shape, data: tensor.dataSync() } as unknown as Tensor;
}
