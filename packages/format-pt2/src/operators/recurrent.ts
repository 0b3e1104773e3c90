import { int, ints } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";
import type { Operand } from "../lowering/operand.ts";

/** Longest sequence that is written out step by step. */
const MAX_STEPS = 256;

/** Parts of one direction of one layer: weights as PyTorch has them, gates in the order i, f, g, o. */
interface Direction {
  readonly inputWeight: Operand;
  readonly stateWeight: Operand;
  readonly biases: readonly Operand[];
  readonly hidden: string;
  readonly cell: string;
}

interface Sequence {
  readonly values: readonly string[];
  readonly hidden: string;
  readonly cell: string;
}

/** x · wᵀ + biases, of a whole sequence [T, N, I] at once. */
function gates(call: Call, x: string, direction: Direction): string {
  const weight = call.emit("Transpose", [direction.inputWeight.value], { perm: ints([1, 0]) });
  return direction.biases.reduce((sum, bias) => call.emit("Add", [sum, bias.value]), call.emit("MatMul", [x, weight]));
}

/**
 * One direction, step by step: c = σ(f) c + σ(i) tanh(g), h = σ(o) tanh(c) (PyTorch, `torch.nn.LSTM`).
 */
function run(
  call: Call,
  x: string,
  direction: Direction,
  options: { readonly steps: number; readonly reverse: boolean },
): Sequence {
  const all = gates(call, x, direction);
  const { steps } = options;
  const parts =
    steps === 1
      ? [all]
      : call.emitter.many("Split", [all, call.emitter.ints(Array.from({ length: steps }, () => 1))], {
          attributes: { axis: int(0) },
          count: steps,
        });
  const weight = call.emit("Transpose", [direction.stateWeight.value], { perm: ints([1, 0]) });
  const width = direction.stateWeight.sizes[1] as number;
  const values: string[] = Array.from({ length: steps });
  let { hidden, cell } = direction;
  for (let step = 0; step < steps; step++) {
    const at = options.reverse ? steps - 1 - step : step;
    const sum = call.emit("Add", [parts[at]!, call.emit("MatMul", [hidden, weight])]);
    const [i, f, g, o] = call.emitter.many("Split", [sum, call.emitter.ints([width, width, width, width])], {
      attributes: { axis: int(2) },
      count: 4,
    });
    const sigmoid = (gate: string): string => call.emit("Sigmoid", [gate]);
    const fresh = call.emit("Mul", [sigmoid(i!), call.emit("Tanh", [g!])]);
    cell = call.emit("Add", [call.emit("Mul", [sigmoid(f!), cell]), fresh]);
    hidden = call.emit("Mul", [sigmoid(o!), call.emit("Tanh", [cell])]);
    values[at] = hidden;
  }
  return { values, hidden, cell };
}

/** Layer `index` of a state [layers, N, H], as [1, N, H]. */
function stateOf(call: Call, state: Operand, index: number): string {
  const parts = [index, index + 1, 0].map((value) => call.emitter.ints([value]));
  return call.emit("Slice", [state.value, ...parts]);
}

function concat(call: Call, values: readonly string[], axis: number): string {
  return values.length === 1 ? values[0]! : call.emit("Concat", values, { axis: int(axis) });
}

/** An LSTM over a sequence of known length, written out: opset 17's operator is not in the graph's set. */
const lstm: Lowering = (call) => {
  if (call.bool("train") && call.number("dropout") !== 0) {
    return call.refuse("it is in training mode", "Call model.eval() before torch.export.");
  }
  const x = call.tensor("input");
  const [hidden, cell] = call.tensors("hx");
  const params = call.tensors("params");
  const batchFirst = call.bool("batch_first");
  const steps = x.sizes[batchFirst ? 1 : 0];
  if (x.sizes.length !== 3 || typeof steps !== "number" || steps > MAX_STEPS) {
    return call.refuse(`it runs over a sequence of open length, or of more than ${MAX_STEPS} steps`);
  }
  const directions = call.bool("bidirectional") ? 2 : 1;
  const perRun = call.bool("has_biases") ? 4 : 2;
  if (params.length !== call.int("num_layers") * directions * perRun) return call.refuse("it projects its state");
  const swap = (value: string): string =>
    batchFirst ? call.emit("Transpose", [value], { perm: ints([1, 0, 2]) }) : value;
  let value = swap(x.value);
  const last: Sequence[] = [];
  for (let layer = 0; layer < call.int("num_layers"); layer++) {
    const runs = Array.from({ length: directions }, (_, at) => {
      const index = layer * directions + at;
      const [inputWeight, stateWeight, ...biases] = params.slice(index * perRun, (index + 1) * perRun);
      const direction: Direction = {
        inputWeight: inputWeight!,
        stateWeight: stateWeight!,
        biases,
        hidden: stateOf(call, hidden!, index),
        cell: stateOf(call, cell!, index),
      };
      return run(call, value, direction, { steps, reverse: at === 1 });
    });
    last.push(...runs);
    value = concat(
      call,
      runs.map((sequence) => concat(call, sequence.values, 0)),
      2,
    );
  }
  return [
    swap(value),
    concat(
      call,
      last.map((sequence) => sequence.hidden),
      0,
    ),
    concat(
      call,
      last.map((sequence) => sequence.cell),
      0,
    ),
  ];
};

/** Recurrent networks. */
export const RECURRENT: Lowerings = {
  "lstm.input": lstm,
};
