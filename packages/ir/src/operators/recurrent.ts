import { readAttribute, readInt, readString } from "../attributes.ts";
import { isKnown, sizesDiffer } from "../compare-dims.ts";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { Dim, Node, TypedTensor, ValueType } from "../types.ts";
import {
  describeInput,
  type InferCall,
  inputError,
  inputType,
  type OperatorRule,
  requireDType,
  requireFloat,
  type RuleTable,
} from "./rule.ts";

/** Facts of a recurrent operator: how many gates it has, and the activations of one direction by default. */
export interface RecurrentKind {
  readonly gates: number;
  readonly activations: readonly string[];
}

/** The recurrent operators (onnx/docs/Operators.md, LSTM, GRU and RNN). */
export const RECURRENT_KINDS: Readonly<Record<string, RecurrentKind>> = {
  GRU: { gates: 3, activations: ["Sigmoid", "Tanh"] },
  LSTM: { gates: 4, activations: ["Sigmoid", "Tanh", "Tanh"] },
  RNN: { gates: 1, activations: ["Tanh"] },
};

const DIRECTIONS: ReadonlyMap<string, readonly boolean[]> = new Map([
  ["forward", [false]],
  ["reverse", [true]],
  ["bidirectional", [false, true]],
]);

/**
 * Reads the directions of a recurrent node: for each whether it goes from the last step to the first.
 *
 * @throws FormatError when the attribute has another value.
 */
export function readDirections(node: Node<TypedTensor>): readonly boolean[] {
  const text = readString(node, "direction", "forward");
  const directions = DIRECTIONS.get(text);
  if (directions !== undefined) return directions;
  throw nodeFormatError(node, `attribute "direction" is "${text}"; expected ${[...DIRECTIONS.keys()].join(", ")}`);
}

/** Reads the activations of each direction of a recurrent node. */
export function readActivations(node: Node<TypedTensor>): readonly (readonly string[])[] {
  const { activations } = RECURRENT_KINDS[node.op]!;
  const directions = readDirections(node);
  const given = readAttribute(node, "activations", "strings");
  if (given === undefined) return directions.map(() => activations);
  const count = activations.length;
  if (given.length !== count * directions.length) {
    throw nodeFormatError(
      node,
      `attribute "activations" has ${given.length} names; expected ${count * directions.length}`,
    );
  }
  return directions.map((_, at) => given.slice(at * count, (at + 1) * count));
}

/** Requires an input, where it is given, to have some sizes. */
function requireSizes(call: InferCall, index: number, sizes: readonly Dim[]): void {
  const type = call.inputs[index];
  if (type === undefined) return;
  if (type.shape.length !== sizes.length || type.shape.some((dim, axis) => sizesDiffer(dim, sizes[axis]))) {
    throw inputError(call, index, `[${sizes.join(", ")}]`);
  }
}

function inferRecurrent(call: InferCall): readonly ValueType[] {
  const { node } = call;
  requireFloat(call, 0);
  const [x, w, r] = [0, 1, 2].map((index) => inputType(call, index));
  for (const index of [1, 2, 3, 5, 6, 7]) {
    if (call.inputs[index] !== undefined) requireDType(call, index, [x!.dtype]);
  }
  const { gates } = RECURRENT_KINDS[node.op]!;
  const directions = readDirections(node).length;
  readActivations(node);
  const hidden = readInt(node, "hidden_size", Number(r!.shape[2]));
  if (!Number.isInteger(hidden) || hidden < 1) throw nodeFormatError(node, `it has a hidden size of ${hidden}`);
  const layout = readInt(node, "layout", 0);
  if (layout !== 0 && layout !== 1) throw nodeFormatError(node, `attribute "layout" is ${layout}; expected 0 or 1`);
  if (x!.shape.length !== 3 || !isKnown(w!.shape)) {
    throw nodeShapeError(
      node,
      `${describeInput(call, 0)} and ${describeInput(call, 1)}; expected three axes, and weights of known sizes`,
    );
  }
  const [steps, batch] = layout === 0 ? [x!.shape[0]!, x!.shape[1]!] : [x!.shape[1]!, x!.shape[0]!];
  requireSizes(call, 1, [directions, gates * hidden, x!.shape[2]!]);
  requireSizes(call, 2, [directions, gates * hidden, hidden]);
  requireSizes(call, 3, [directions, 2 * gates * hidden]);
  if (call.inputs[4] !== undefined) requireDType(call, 4, ["int32"]);
  requireSizes(call, 4, [batch]);
  const state = layout === 0 ? [directions, batch, hidden] : [batch, directions, hidden];
  requireSizes(call, 5, state);
  requireSizes(call, 6, state);
  requireSizes(call, 7, [directions, 3 * hidden]);
  const { dtype } = x!;
  const all = layout === 0 ? [steps, directions, batch, hidden] : [batch, steps, directions, hidden];
  return [{ dtype, shape: all }, ...(node.op === "LSTM" ? [state, state] : [state]).map((shape) => ({ dtype, shape }))];
}

const COMMON: OperatorRule["attributes"] = {
  activation_alpha: "floats",
  activation_beta: "floats",
  activations: "strings",
  clip: "float",
  direction: "string",
  hidden_size: "int",
  layout: "int",
};

/**
 * Networks that go along a sequence step by step (onnx/docs/Operators.md, under each operator's name). Inputs are the
 * sequence, the gates' weights for it and for the state, biases, lengths, and the initial state.
 */
export const RECURRENT: RuleTable = {
  GRU: {
    since: 7,
    inputs: [3, 6],
    outputs: [1, 2],
    attributes: { ...COMMON, linear_before_reset: "int" },
    infer: inferRecurrent,
  },
  LSTM: {
    since: 7,
    inputs: [3, 8],
    outputs: [1, 3],
    attributes: { ...COMMON, input_forget: "int" },
    infer: inferRecurrent,
  },
  RNN: { since: 7, inputs: [3, 6], outputs: [1, 2], attributes: COMMON, infer: inferRecurrent },
};
