import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { lazyTensor, memorySource, type Tensor, UnsupportedError } from "@samoyed/core";
import { canonicalize, type Graph, interpret, INTERPRETED_OPERATORS, withoutUnused } from "@samoyed/graph";
import { readOnnx, readTensorProto } from "../src/index.ts";
import { MODEL, OPERATOR_SET } from "../src/schema.ts";
import { openWire } from "../src/wire.ts";
import { difference } from "./compare.ts";
import { operatorNames } from "./operator-names.ts";
import { dataSets, tolerance, type Vector } from "./vectors.ts";

/** What became of a vector: it never counts as passed unless its numbers were computed and compared. */
export type Outcome =
  | { readonly verdict: "passed" }
  | { readonly verdict: "skipped"; readonly reason: string }
  | { readonly verdict: "failed"; readonly reason: string };

/** A vector's outcome and the operators that its model uses. */
export interface Result {
  readonly vector: Vector;
  readonly operators: readonly string[];
  /** The operators that the interpreter lacks; the vector is skipped when there is one. */
  readonly missing: readonly string[];
  readonly outcome: Outcome;
}

const KNOWN = new Set(INTERPRETED_OPERATORS);

/** Vectors of onnx 1.12 whose own data are wrong; later versions have them right. */
const BROKEN: ReadonlyMap<string, string> = new Map([
  ["Debian node/test_cast_FLOAT_to_BFLOAT16", "its data are cut off where the operator rounds"],
  ["Debian node/test_castlike_FLOAT_to_BFLOAT16_expanded", "its data have another shape than its model declares"],
  ["Debian node/test_castlike_BFLOAT16_to_FLOAT_expanded", "its data have another shape than its model declares"],
]);

/** Reads a vector's model, computes its outputs and compares them with its own. */
export async function runVector(vector: Vector): Promise<Result> {
  const bytes = await fromOpset6(await readFile(join(vector.folder, "model.onnx")));
  const operators = await operatorNames(bytes);
  const missing = operators.filter((op) => !KNOWN.has(op));
  const outcome = await judge(vector, bytes, missing);
  return { vector, operators, missing, outcome };
}

/**
 * ONNX writes a vector at the operator set in which its operator last changed. Those that set 1 defined and no set up to 6
 * changed mean the same at 6, the first that is read.
 */
const UNCHANGED = new Set(["GlobalAveragePool", "GlobalMaxPool", "Not", "Softplus", "Softsign"]);

async function fromOpset6(bytes: Uint8Array): Promise<Uint8Array> {
  if (!(await operatorNames(bytes)).every((op) => UNCHANGED.has(op))) return bytes;
  const wire = openWire(memorySource(bytes));
  const raised = bytes.slice();
  for await (const field of wire.stream(wire.whole, "the model")) {
    if (field.number !== MODEL.opsetImport) continue;
    for (const part of await wire.fields(field, "an operator set")) {
      if (part.number === OPERATOR_SET.version && part.value < 6n) raised[part.start] = 6;
    }
  }
  return raised;
}

async function judge(vector: Vector, bytes: Uint8Array, missing: readonly string[]): Promise<Outcome> {
  const broken = BROKEN.get(`${vector.suite} ${vector.name}`);
  if (broken !== undefined) return { verdict: "skipped", reason: broken };
  try {
    // Also a model with unknown operators must be read, or refused as unsupported, and by no other error.
    const { graph } = await readOnnx(memorySource(bytes, vector.name));
    if (missing.length > 0) return { verdict: "skipped", reason: `needs ${missing.join(", ")}` };
    for (const set of dataSets(vector)) {
      const found = await runDataSet(graph, { vector, set });
      if (found !== undefined) return { verdict: "failed", reason: found };
    }
    return { verdict: "passed" };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const verdict = error instanceof UnsupportedError ? "skipped" : "failed";
    return { verdict, reason: error.message.replace(`${vector.name}: `, "") };
  }
}

/** What is wrong with the outputs for one data set, or `undefined` when nothing is. */
async function runDataSet(
  graph: Graph,
  { vector, set }: { vector: Vector; set: ReturnType<typeof dataSets>[number] },
): Promise<string | undefined> {
  const tensors = await Promise.all(set.inputs.map((bytes) => readTensorProto(bytes)));
  const inputs: Record<string, Tensor> = {};
  for (const [index, info] of graph.inputs.entries()) {
    const named = tensors.find(({ name }) => name === info.name) ?? tensors[index];
    if (named === undefined) return `no data for input "${info.name}"`;
    inputs[info.name] = asDeclared(named.tensor, info.dtype);
  }
  if (set.outputs.length !== graph.outputs.length) {
    return `${set.outputs.length} outputs in the data; the model has ${graph.outputs.length}`;
  }
  const expected: Tensor[] = [];
  for (const [index, info] of graph.outputs.entries()) {
    expected.push(asDeclared((await readTensorProto(set.outputs[index]!)).tensor, info.dtype));
  }
  const forms = { "": graph, "in the canonical form, ": canonicalize(graph).graph, ...knownForm(graph, inputs) };
  for (const [form, computed] of Object.entries(forms)) {
    const outputs = await interpret(computed, pick(inputs, computed));
    for (const [index, { name }] of graph.outputs.entries()) {
      const found = difference(outputs.get(name)!, expected[index]!, tolerance(vector));
      if (found !== undefined) return `${form}output "${name}": ${found}`;
    }
  }
  return undefined;
}

/** The canonical form with all inputs but the first known: networks have weights, paddings and axes as constants. */
function knownForm(graph: Graph, inputs: Readonly<Record<string, Tensor>>): Readonly<Record<string, Graph>> {
  if (graph.inputs.length < 2) return {};
  const initializers = new Map(graph.initializers);
  for (const { name } of graph.inputs.slice(1)) initializers.set(name, lazyTensor(name, inputs[name]!));
  const known = withoutUnused({ ...graph, inputs: graph.inputs.slice(0, 1), initializers, values: new Map() });
  return { "with known operands in the canonical form, ": canonicalize(known).graph };
}

function pick(inputs: Readonly<Record<string, Tensor>>, graph: Graph): Record<string, Tensor> {
  return Object.fromEntries(graph.inputs.map(({ name }) => [name, inputs[name]!]));
}

/** numpy had no bfloat16, so ONNX 1.12 stored its bits as uint16 where the model says bfloat16. */
function asDeclared(tensor: Tensor, dtype: string): Tensor {
  if (dtype !== "bfloat16" || tensor.dtype !== "uint16") return tensor;
  return { ...tensor, dtype: "bfloat16" } as Tensor;
}
