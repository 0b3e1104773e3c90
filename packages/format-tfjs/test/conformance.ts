import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type LazyTensor, lazyTensor, memorySource, type Tensor, UnsupportedError } from "@samoyed/core";
import { readOnnx, readTensorProto } from "@samoyed/format-onnx";
import { canonicalize, type Graph, operatorsInto, withoutUnused } from "@samoyed/graph";
import { difference } from "../../format-onnx/test/compare.ts";
import { operatorNames } from "../../format-onnx/test/operator-names.ts";
import { dataSets, tolerance, type Vector } from "../../format-onnx/test/vectors.ts";
import { LOWERED_OPERATORS } from "../src/index.ts";
import { loadFiles, runModel, toFiles } from "./tfjs.ts";

/** What became of a vector: it never counts as passed unless TensorFlow.js computed its numbers and they were compared. */
export type Outcome =
  | { readonly verdict: "passed" }
  | { readonly verdict: "skipped"; readonly reason: string }
  | { readonly verdict: "failed"; readonly reason: string };

/** A vector's outcome and the operators that its model uses. */
export interface Result {
  readonly vector: Vector;
  readonly operators: readonly string[];
  readonly outcome: Outcome;
}

/** The operators that models may have: those that are written, and those that become them in the canonical form. */
export const TAKEN_OPERATORS: readonly string[] = operatorsInto(LOWERED_OPERATORS);

const TAKEN = new Set(TAKEN_OPERATORS);

/** The vector's result, or `undefined` where its model uses an operator that is not written at all. */
export async function runVector(vector: Vector): Promise<Result | undefined> {
  const bytes = new Uint8Array(await readFile(join(vector.folder, "model.onnx")));
  const operators = await operatorNames(bytes);
  if (!operators.every((op) => TAKEN.has(op))) return undefined;
  return { vector, operators, outcome: await judge(vector, bytes) };
}

async function judge(vector: Vector, bytes: Uint8Array): Promise<Outcome> {
  let graph: Graph;
  try {
    ({ graph } = await readOnnx(memorySource(bytes, vector.name)));
  } catch (error) {
    return refusal(error, vector);
  }
  const outcomes: Outcome[] = [];
  for (const set of dataSets(vector)) {
    const inputs = await Promise.all(set.inputs.map((data) => readTensorProto(data)));
    const outputs = await Promise.all(set.outputs.map((data) => readTensorProto(data)));
    const data: DataSet = { inputs: new Map(), outputs: outputs.map(({ tensor }) => tensor) };
    for (const [index, { name }] of graph.inputs.entries()) {
      const named = inputs.find((input) => input.name === name) ?? inputs[index];
      if (named !== undefined) data.inputs.set(name, named.tensor);
    }
    outcomes.push(await runDataSet(graph, data, vector));
    // Networks have weights, paddings and bounds as constants: so once more with all inputs but the first known.
    if (graph.inputs.length > 1) outcomes.push(await runDataSet(withKnown(graph, data), data, vector));
  }
  return (
    outcomes.find(({ verdict }) => verdict === "failed") ??
    outcomes.find(({ verdict }) => verdict === "passed") ??
    outcomes.at(-1) ?? { verdict: "skipped", reason: "has no data" }
  );
}

interface DataSet {
  readonly inputs: Map<string, Tensor>;
  readonly outputs: readonly Tensor[];
}

function withKnown(graph: Graph, { inputs }: DataSet): Graph {
  const known = new Map<string, LazyTensor>(graph.initializers);
  for (const { name } of graph.inputs.slice(1)) known.set(name, lazyTensor(name, inputs.get(name)!));
  return withoutUnused({ ...graph, inputs: graph.inputs.slice(0, 1), initializers: known, values: new Map() });
}

async function runDataSet(graph: Graph, { inputs, outputs }: DataSet, vector: Vector): Promise<Outcome> {
  try {
    const model = await loadFiles(await toFiles(canonicalize(graph).graph));
    const fed = Object.fromEntries(graph.inputs.map(({ name }) => [name, inputs.get(name)!]));
    const names = graph.outputs.map(({ name }) => name);
    const found = await runModel(model, fed, names);
    model.dispose();
    for (const [index, name] of names.entries()) {
      const expected = outputs[index]!;
      const wrong = difference(asExpected(found.get(name)!, expected), expected, tolerance(vector));
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

/** TensorFlow.js carries 64-bit integers as 32-bit ones. */
function asExpected(found: Tensor, expected: Tensor): Tensor {
  if (expected.dtype !== "int64" || found.dtype !== "int32") return found;
  return { dtype: "int64", shape: found.shape, data: BigInt64Array.from(found.data as Int32Array, BigInt) };
}
