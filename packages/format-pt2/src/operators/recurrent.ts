import { type Attribute, int, ints, string } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";
import type { Operand } from "../lowering/operand.ts";

/** A recurrent network's operator in ONNX, and which of PyTorch's gates each of ONNX's is. */
interface Kind {
  readonly op: string;
  readonly order: readonly number[];
  readonly attributes?: (directions: number) => Readonly<Record<string, Attribute>>;
}

/** Gates i f g o, where ONNX has i o f c. */
const LSTM: Kind = { op: "LSTM", order: [0, 3, 1, 2] };

/** Gates r z n, where ONNX has z r h. PyTorch resets the state behind its product. */
const GRU: Kind = { op: "GRU", order: [1, 0, 2], attributes: () => ({ linear_before_reset: int(1) }) };

function rnn(activation: string): Kind {
  const names = (directions: number): string[] => Array.from({ length: directions }, () => activation);
  return {
    op: "RNN",
    order: [0],
    attributes: (directions) => ({ activations: { type: "strings", value: names(directions) } }),
  };
}

/**
 * The weights of a layer's directions, each [gates · size, …] or for biases two, as one weight [directions, gates · size, …]
 * with the gates in ONNX's order. Folding makes a constant of it.
 */
function stacked(call: Call, runs: readonly (readonly Operand[])[], { order }: Kind): string {
  const operands = runs.flat();
  const [first] = operands;
  if (first === undefined) return "";
  const [rows, ...rest] = first.sizes as readonly [number, ...number[]];
  const joined = concat(
    call,
    operands.map(({ value }) => value),
  );
  const gates = [operands.length, order.length, rows / order.length, ...rest];
  const split = call.emit("Reshape", [joined, call.emitter.ints(gates)]);
  const ordered = order.length === 1 ? split : call.emit("Gather", [split, call.emitter.ints(order)], { axis: int(1) });
  const shape = [runs.length, (rows * operands.length) / runs.length, ...rest];
  return call.emit("Reshape", [ordered, call.emitter.ints(shape)]);
}

/** Whether a value is full of zeros, as PyTorch's modules make the first state. */
function isZero(call: Call, value: string): boolean {
  const { initializers, nodes } = call.emitter;
  const node = nodes.findLast(({ outputs }) => outputs[0] === value);
  const attribute = node?.op === "ConstantOfShape" ? node.attributes["value"] : undefined;
  const tensor = attribute?.type === "tensor" ? attribute.value.tensor : initializers.get(value)?.tensor;
  return tensor !== undefined && tensor.data.every((element) => Number(element) === 0);
}

/** The states of a layer's directions, of those of all; "" where they are zero. */
function stateOf(call: Call, state: Operand, { layer, directions }: { layer: number; directions: number }): string {
  if (isZero(call, state.value)) return "";
  if (state.sizes[0] === directions) return state.value;
  const parts = [layer * directions, (layer + 1) * directions, 0].map((value) => call.emitter.ints([value]));
  return call.emit("Slice", [state.value, ...parts]);
}

function concat(call: Call, values: readonly string[]): string {
  return values.length === 1 ? values[0]! : call.emit("Concat", values, { axis: int(0) });
}

/**
 * Layers of a recurrent network (PyTorch, `torch.nn.LSTM`, `GRU`, `RNN`), each an operator of ONNX with one direction or
 * both. Sequences are [T, N, I], for onnxruntime takes no others.
 */
function recurrent(kind: Kind): Lowering {
  return (call) => {
    if (call.bool("train") && call.number("dropout") !== 0) {
      return call.refuse("it is in training mode", "Call model.eval() before torch.export.");
    }
    const x = call.tensor("input");
    const states = call.isTensor("hx") ? [call.tensor("hx")] : call.tensors("hx");
    const params = call.tensors("params");
    const layers = call.int("num_layers");
    const directions = call.bool("bidirectional") ? 2 : 1;
    const perRun = call.bool("has_biases") ? 4 : 2;
    if (params.length !== layers * directions * perRun) return call.refuse("it projects its state");
    const size = params[1]!.sizes[1] as number;
    const swap = (value: string): string =>
      call.bool("batch_first") ? call.emit("Transpose", [value], { perm: ints([1, 0, 2]) }) : value;
    const attributes = {
      hidden_size: int(size),
      direction: string(directions === 2 ? "bidirectional" : "forward"),
      ...kind.attributes?.(directions),
    };
    let value = swap(x.value);
    const last: string[][] = states.map(() => []);
    for (let layer = 0; layer < layers; layer++) {
      const runs = Array.from({ length: directions }, (_, at) => {
        const first = (layer * directions + at) * perRun;
        return params.slice(first, first + perRun);
      });
      const weights = [runs.map(([w]) => [w!]), runs.map(([, r]) => [r!]), runs.map(([, , ...biases]) => biases)];
      const inputs = [value, ...weights.map((parts) => stacked(call, parts, kind)), ""];
      inputs.push(...states.map((state) => stateOf(call, state, { layer, directions })));
      const used = inputs.slice(0, 1 + inputs.findLastIndex((name) => name !== ""));
      const [all, ...ends] = call.emitter.many(kind.op, used, { attributes, count: 1 + states.length });
      for (const [index, end] of ends.entries()) last[index]!.push(end);
      value = joinDirections(call, all!, { directions, size });
    }
    return [swap(value), ...last.map((ends) => concat(call, ends))];
  };
}

/** [T, directions, N, H] → [T, N, directions · H]. */
function joinDirections(
  call: Call,
  value: string,
  { directions, size }: { readonly directions: number; readonly size: number },
): string {
  if (directions === 1) return call.emit("Squeeze", [value, call.emitter.ints([1])]);
  const turned = call.emit("Transpose", [value], { perm: ints([0, 2, 1, 3]) });
  return call.emit("Reshape", [turned, call.emitter.ints([0, 0, directions * size])]);
}

/** Recurrent networks. */
export const RECURRENT: Lowerings = {
  "gru.input": recurrent(GRU),
  "lstm.input": recurrent(LSTM),
  "rnn_relu.input": recurrent(rnn("Relu")),
  "rnn_tanh.input": recurrent(rnn("Tanh")),
};
