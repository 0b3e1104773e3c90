// Whether two graphs of the same state dict compute the same, shown by their structure: no number is compared.
import { createHash } from "node:crypto";
import { inferTypes } from "@samoyed/graph";

/** Operators of which the inputs can change places. */
const COMMUTATIVE = new Set(["Add", "Mul", "Max", "Min"]);
/** Operators that give the elements of their input another shape. */
const SHAPES = new Set(["Reshape", "Flatten", "Squeeze", "Unsqueeze"]);
/** ONNX's defaults of what one graph writes and another leaves out; a list is the default where all its numbers are. */
const DEFAULTS = { ceil_mode: 0, count_include_pad: 0, dilations: 1, group: 1, pads: 0, strides: 1 };

const digest = (...parts) => createHash("sha256").update(JSON.stringify(parts)).digest("hex");

function attributesOf({ attributes }) {
  const given = Object.entries(attributes).filter(([key, { value }]) => {
    const numbers = Array.isArray(value) ? value : [value];
    return !(key in DEFAULTS && numbers.every((number) => number === DEFAULTS[key]));
  });
  return given.sort(([a], [b]) => (a < b ? -1 : 1));
}

async function initializerKey(name, tensor, weights) {
  if (weights.has(name)) return digest("weight", name);
  return digest("constant", tensor.dtype, tensor.shape, Buffer.from(await tensor.read()).toString("base64"));
}

/** Keys of a graph's values, in the nodes' order: equal keys are the same computation on the same weights. */
async function keysOf(graph, weights) {
  const keys = new Map(graph.inputs.map(({ name, dtype, shape }) => [name, digest("input", name, dtype, shape)]));
  for (const [name, tensor] of graph.initializers) keys.set(name, await initializerKey(name, tensor, weights));
  const types = inferTypes(graph);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === "" ? "" : keys.get(name)));
    for (const [place, name] of node.outputs.entries()) {
      const key = SHAPES.has(node.op)
        ? digest("shape", types.get(name).shape, inputs[0])
        : digest(node.op, attributesOf(node), COMMUTATIVE.has(node.op) ? inputs.toSorted() : inputs, place);
      keys.set(name, key);
    }
  }
  return keys;
}

/**
 * The first difference of two graphs, or `undefined` where both compute their outputs by the same operators in the same
 * order, with the same attributes and constants, on the same tensors of a state dict.
 *
 * Names of nodes and values do not matter, nor the order of what is added or multiplied, nor by which operator elements
 * take another shape.
 *
 * @param weights the names of the state dict.
 */
export async function graphDifference(a, b, weights) {
  const [ours, theirs] = [await keysOf(a, weights), await keysOf(b, weights)];
  if (a.outputs.length !== b.outputs.length) return `${b.outputs.length} outputs; expected ${a.outputs.length}`;
  const known = new Set(theirs.values());
  const differs = a.outputs.some(({ name }, place) => ours.get(name) !== theirs.get(b.outputs[place].name));
  if (!differs) return undefined;
  const first = a.nodes.find(({ outputs }) => outputs.some((output) => !known.has(ours.get(output))));
  return first === undefined ? "the outputs are other values" : `${first.op} ${first.name} is in the first graph only`;
}
