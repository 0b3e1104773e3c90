import type { Tensor } from "@samoyed/core";
import {
  integers,
  nodeFormatError,
  nodeUnsupportedError,
  numbers,
  readActivations,
  readDirections,
  readFloat,
  readInt,
  RECURRENT_KINDS,
} from "@samoyed/ir";
import { newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable } from "./interpreter.ts";

type Vector = ArrayLike<number>;

const ACTIVATIONS: Readonly<Record<string, (x: number) => number>> = {
  Relu: (x) => Math.max(0, x),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Softsign: (x) => x / (1 + Math.abs(x)),
  Tanh: Math.tanh,
};

/** State of one sequence in one direction. */
interface State {
  readonly hidden: Vector;
  /** Of LSTM alone. */
  readonly cell: Vector;
}

/** Weights of one direction, and what turns a step's input and the state into the next state. */
interface Direction {
  readonly size: number;
  readonly activate: readonly ((x: number) => number)[];
  /** x · Wᵀ + Wb, all gates one after another. */
  readonly fromInput: (x: Vector) => Float64Array;
  /** h · Rᵀ + Rb of one gate. */
  readonly fromState: (hidden: Vector, gate: number) => Float64Array;
  readonly peephole: (gate: number, at: number) => number;
}

/** Σ matrix[row][k] · vector[k], for rows from `first`. */
function product(
  matrix: Vector,
  { first, rows, vector }: { readonly first: number; readonly rows: number; readonly vector: Vector },
): Float64Array {
  const width = vector.length;
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += matrix[(first + row) * width + k]! * vector[k]!;
    return sum;
  });
}

function readDirection(call: InterpretCall, at: number): Direction {
  const { node } = call;
  const [w, r] = [numbers(inputTensor(call, 1)), numbers(inputTensor(call, 2))];
  const size = inputTensor(call, 2).shape[2]!;
  const rows = RECURRENT_KINDS[node.op]!.gates * size;
  const biases = call.inputs[3] && numbers(call.inputs[3]).subarray(at * 2 * rows, (at + 1) * 2 * rows);
  const peepholes = call.inputs[7] && numbers(call.inputs[7]).subarray(at * 3 * size, (at + 1) * 3 * size);
  const bound = readFloat(node, "clip", Number.POSITIVE_INFINITY);
  const activate = readActivations(node)[at]!.map((name) => {
    const activation = Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
    if (activation === undefined) throw nodeUnsupportedError(node, `its activation ${name} is not interpreted`);
    return (x: number): number => activation(Math.max(-bound, Math.min(bound, x)));
  });
  return {
    size,
    activate,
    fromInput: (x) =>
      product(w, { first: at * rows, rows, vector: x }).map((value, row) => value + (biases?.[row] ?? 0)),
    fromState: (hidden, gate) =>
      product(r, { first: at * rows + gate * size, rows: size, vector: hidden }).map(
        (value, row) => value + (biases?.[rows + gate * size + row] ?? 0),
      ),
    peephole: (gate, row) => peepholes?.[gate * size + row] ?? 0,
  };
}

type Step = (direction: Direction, input: Float64Array, state: State) => State;

/** i, o, f, c: C′ = f ∘ C + i ∘ g(c), H′ = o ∘ h(C′), where o sees C′ through its peephole. */
function lstm(coupled: boolean): Step {
  return ({ size, activate, fromState, peephole }, input, { hidden, cell }) => {
    const [f, g, h] = activate as [(x: number) => number, (x: number) => number, (x: number) => number];
    const sums = [0, 1, 2, 3].map((gate) =>
      fromState(hidden, gate).map((value, row) => value + input[gate * size + row]!),
    );
    const [i, o, forget, c] = sums as [Float64Array, Float64Array, Float64Array, Float64Array];
    const next = Float64Array.from({ length: size }, (_, row) => {
      const enter = f(i[row]! + peephole(0, row) * cell[row]!);
      const keep = coupled ? 1 - enter : f(forget[row]! + peephole(2, row) * cell[row]!);
      return keep * cell[row]! + enter * g(c[row]!);
    });
    return { cell: next, hidden: next.map((value, row) => f(o[row]! + peephole(1, row) * value) * h(value)) };
  };
}

/** z, r, h: H′ = (1 − z) ∘ g(h) + z ∘ H, where r resets H before or after its product. */
function gru(resetAfter: boolean): Step {
  return ({ size, activate, fromState }, input, { hidden, cell }) => {
    const [f, g] = activate as [(x: number) => number, (x: number) => number];
    const gate = (at: number): Float64Array =>
      fromState(hidden, at).map((value, row) => f(value + input[at * size + row]!));
    const [z, r] = [gate(0), gate(1)];
    const last = resetAfter
      ? fromState(hidden, 2).map((value, row) => r[row]! * value)
      : fromState(
          r.map((value, row) => value * hidden[row]!),
          2,
        );
    const next = last.map((value, row) => (1 - z[row]!) * g(value + input[2 * size + row]!) + z[row]! * hidden[row]!);
    return { hidden: next, cell };
  };
}

const rnn: Step = ({ activate, fromState }, input, { hidden, cell }) => ({
  hidden: fromState(hidden, 0).map((value, row) => activate[0]!(value + input[row]!)),
  cell,
});

/** A sequence's own length; steps behind it are zeros, and a reverse direction begins at its end. */
function lengthOf(call: InterpretCall, batch: number, steps: number): number {
  const length = call.inputs[4] === undefined ? steps : integers(call.inputs[4])[batch]!;
  if (length >= 0 && length <= steps) return length;
  throw nodeFormatError(call.node, `a sequence's length is ${length}; expected 0 to ${steps}`);
}

/** Runs each sequence in each direction, step by step. */
function interpretRecurrent(call: InterpretCall, step: Step): readonly Tensor[] {
  const { node, outputs } = call;
  const x = inputTensor(call, 0);
  const source = numbers(x);
  const first = readInt(node, "layout", 0) === 1;
  const [steps, batches, width] = first
    ? [x.shape[1]!, x.shape[0]!, x.shape[2]!]
    : (x.shape as [number, number, number]);
  const directions = readDirections(node);
  const results = outputs.map(newNumbers);
  const initial = [call.inputs[5], call.inputs[6]].map((state) => state && numbers(state));
  for (const [at, reverse] of directions.entries()) {
    const direction = readDirection(call, at);
    const { size } = direction;
    for (let batch = 0; batch < batches; batch++) {
      const place = (first ? batch * directions.length + at : at * batches + batch) * size;
      const start = (state: Vector | undefined): Vector =>
        Float64Array.from({ length: size }, (_, row) => state?.[place + row] ?? 0);
      let state: State = { hidden: start(initial[0]), cell: start(initial[1]) };
      const length = lengthOf(call, batch, steps);
      for (let count = 0; count < length; count++) {
        const time = reverse ? length - 1 - count : count;
        const from = (first ? batch * steps + time : time * batches + batch) * width;
        state = step(direction, direction.fromInput(source.subarray(from, from + width)), state);
        const row = first
          ? (batch * steps + time) * directions.length + at
          : (time * directions.length + at) * batches + batch;
        results[0]!.set(state.hidden, row * size);
      }
      results[1]!.set(state.hidden, place);
      results[2]?.set(state.cell, place);
    }
  }
  return results.map((values, index) => tensorOf(outputs[index]!, values));
}

/** Networks that go along a sequence (onnx/docs/Operators.md, under each operator's name). */
export const RECURRENT: InterpreterTable = {
  GRU: (call) => interpretRecurrent(call, gru(readInt(call.node, "linear_before_reset", 0) !== 0)),
  LSTM: (call) => interpretRecurrent(call, lstm(readInt(call.node, "input_forget", 0) !== 0)),
  RNN: (call) => interpretRecurrent(call, rnn),
};
