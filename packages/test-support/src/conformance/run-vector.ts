import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type LazyTensor, lazyTensor, memorySource, type Tensor, UnsupportedError } from "@samoyed/core";
import { readOnnx, readTensorProto } from "@samoyed/format-onnx";
import { withoutUnused } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { difference } from "../difference.ts";
import { operatorNames } from "./operator-names.ts";
import { type DataSet, dataSets, tolerance, type Vector } from "./vectors.ts";

/** Outcome of a vector: it counts as passed only if its numbers were computed and compared. */
export type Outcome =
  | { readonly verdict: "passed" }
  | { readonly verdict: "skipped"; readonly reason: string }
  | { readonly verdict: "failed"; readonly reason: string };

/** A vector's outcome and the operators that its model uses. */
export interface Result {
  readonly vector: Vector;
  readonly operators: readonly string[];
  /** The operators that the engine lacks; the vector is skipped when there is one. */
  readonly missing: readonly string[];
  readonly outcome: Outcome;
}

/** A format and an engine that computes vectors. */
export interface VectorEngine {
  /** The supported operators. */
  readonly operators: readonly string[];
  /**
   * Computes a graph's outputs, by name.
   *
   * @throws UnsupportedError when the graph cannot be computed; the vector is skipped.
   */
  run(graph: Graph, inputs: Readonly<Record<string, Tensor>>): Promise<ReadonlyMap<string, Tensor>>;
  /** Whether vectors of several inputs run a second time, with all inputs except the first as constants. */
  readonly constants?: boolean;
  /** Changes a model's bytes before they are read. */
  readonly prepare?: (model: Uint8Array) => Promise<Uint8Array>;
  /** Suite and name of vectors whose own data is wrong → the defect. */
  readonly broken?: ReadonlyMap<string, string>;
}

/** Reads a vector's model, computes its outputs and compares them with its own. */
export async function runVector(vector: Vector, engine: VectorEngine): Promise<Result> {
  const file = new Uint8Array(await readFile(join(vector.folder, "model.onnx")));
  const operators = operatorNames(file);
  const missing = operators.filter((op) => !engine.operators.includes(op));
  const broken = engine.broken?.get(`${vector.suite} ${vector.name}`);
  const reason = missing.length > 0 ? `needs ${missing.join(", ")}` : broken;
  if (reason !== undefined) return { vector, operators, missing, outcome: { verdict: "skipped", reason } };
  const model = (await engine.prepare?.(file)) ?? file;
  return { vector, operators, missing, outcome: await judge(vector, { model, engine }) };
}

async function judge(
  vector: Vector,
  { model, engine }: { readonly model: Uint8Array; readonly engine: VectorEngine },
): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  try {
    const { graph } = await readOnnx(memorySource(model, vector.name));
    for (const set of dataSets(vector)) {
      const data = await readData(graph, set);
      outcomes.push(await runData(graph, { data, vector, engine }));
      // Networks have weights, paddings and bounds as constants.
      if (engine.constants === true && graph.inputs.length > 1)
        outcomes.push(await runData(withConstants(graph, data), { data, vector, engine }));
    }
  } catch (error) {
    return refusal(error, vector);
  }
  return (
    outcomes.find(({ verdict }) => verdict === "failed") ??
    outcomes.find(({ verdict }) => verdict === "passed") ??
    outcomes.at(-1) ?? { verdict: "skipped", reason: "has no data" }
  );
}

interface Data {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: readonly Tensor[];
}

async function readData(graph: Graph, set: DataSet): Promise<Data> {
  const given = await Promise.all(set.inputs.map((bytes) => readTensorProto(bytes)));
  const inputs: Record<string, Tensor> = {};
  for (const [index, info] of graph.inputs.entries()) {
    const named = given.find(({ name }) => name === info.name) ?? given[index];
    if (named === undefined) throw new Error(`no data for input "${info.name}"`);
    inputs[info.name] = asDeclared(named.tensor, info.dtype);
  }
  if (set.outputs.length !== graph.outputs.length)
    throw new Error(`${set.outputs.length} outputs in the data; the model has ${graph.outputs.length}`);
  const outputs = await Promise.all(set.outputs.map((bytes) => readTensorProto(bytes)));
  return { inputs, outputs: outputs.map(({ tensor }, index) => asDeclared(tensor, graph.outputs[index]!.dtype)) };
}

/** numpy had no bfloat16, so ONNX 1.12 stored its bits as uint16 where the model says bfloat16. */
function asDeclared(tensor: Tensor, dtype: string): Tensor {
  if (dtype !== "bfloat16" || tensor.dtype !== "uint16") return tensor;
  return { ...tensor, dtype: "bfloat16" };
}

function withConstants(graph: Graph, { inputs }: Data): Graph {
  const initializers = new Map<string, LazyTensor>(graph.initializers);
  for (const { name } of graph.inputs.slice(1)) initializers.set(name, lazyTensor(name, inputs[name]!));
  return withoutUnused({ ...graph, inputs: graph.inputs.slice(0, 1), initializers, values: new Map() });
}

async function runData(
  graph: Graph,
  { data, vector, engine }: { readonly data: Data; readonly vector: Vector; readonly engine: VectorEngine },
): Promise<Outcome> {
  try {
    const fed = Object.fromEntries(graph.inputs.map(({ name }) => [name, data.inputs[name]!]));
    const found = await engine.run(graph, fed);
    for (const [index, { name }] of graph.outputs.entries()) {
      const wrong = difference(found.get(name)!, data.outputs[index]!, tolerance(vector));
      if (wrong !== undefined) return { verdict: "failed", reason: `output "${name}": ${wrong}` };
    }
    return { verdict: "passed" };
  } catch (error) {
    return refusal(error, vector);
  }
}

function refusal(error: unknown, vector: Vector): Outcome {
  if (!(error instanceof Error)) throw error;
  const verdict = error instanceof UnsupportedError ? "skipped" : "failed";
  return { verdict, reason: error.message.replace(`${vector.name}: `, "") };
}
