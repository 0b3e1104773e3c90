import { int, type Node, readActivations, readInt } from "@samoyed/ir";
import type { Emit } from "../rule.ts";
import type { DirectionWeights } from "./recurrent-weights.ts";

/** State of one direction, each [1, N, H]; absent where it is zero, as it is before the first step. */
export interface State {
  readonly hidden?: string | undefined;
  readonly cell?: string | undefined;
}

/** One direction's part that does not depend on the state, for the whole sequence, and the step that does. */
export interface Steps {
  /** The product of the sequence [T, N, I] with its weights, and biases: [T, N, gates · H]. */
  readonly gates: (x: string) => string;
  /** The next state from the gates [1, N, gates · H] of one step. */
  readonly step: (gates: string, state: State) => State & { readonly hidden: string };
}

/** What the steps of a direction are made of. */
export interface StepParts {
  readonly node: Node;
  readonly at: number;
  readonly size: number;
  readonly weights: DirectionWeights;
  readonly emit: Emit;
}

type Emitted = (op: string, ...inputs: string[]) => string;

function split(emit: Emit, value: string, sizes: readonly number[]): readonly string[] {
  return emit.nodes("Split", [value, emit.ints(sizes)], { attributes: { axis: int(2) }, count: sizes.length });
}

function product(parts: StepParts, rows: { readonly gates: number; readonly both: number }): Steps["gates"] {
  const { size, weights, emit } = parts;
  const all = { first: 0, count: rows.gates * size };
  return (x) => {
    const value = emit.node("MatMul", [x, weights.matrix(1, all)]);
    const bias = weights.bias(all, rows.both * size);
    return bias === "" ? value : emit.node("Add", [value, bias]);
  };
}

/** Gates i, o, f, c: C′ = f ∘ C + i ∘ g(c), H′ = o ∘ h(C′). */
export function lstmSteps(parts: StepParts): Steps {
  const { node, at, size, weights, emit } = parts;
  const [f, g, h] = readActivations(node)[at] as [string, string, string];
  const matrix = weights.matrix(2, { first: 0, count: 4 * size });
  const node1: Emitted = (op, ...inputs) => emit.node(op, inputs);
  return {
    gates: product(parts, { gates: 4, both: 4 }),
    step(gates, { hidden, cell }) {
      const sum = hidden === undefined ? gates : node1("Add", gates, node1("MatMul", hidden, matrix));
      const [open, fresh] = split(emit, sum, [3 * size, size]) as [string, string];
      const [i, o, forget] = split(emit, node1(f, open), [size, size, size]) as [string, string, string];
      const entered = node1("Mul", i, node1(g, fresh));
      const next = cell === undefined ? entered : node1("Add", node1("Mul", forget, cell), entered);
      return { cell: next, hidden: node1("Mul", o, node1(h, next)) };
    },
  };
}

/** Gates z, r, h: H′ = n + z ∘ (H − n), n = g(h), where r resets H before or after its product. */
export function gruSteps(parts: StepParts): Steps {
  const { node, at, size, weights, emit } = parts;
  const [f, g] = readActivations(node)[at] as [string, string];
  const node1: Emitted = (op, ...inputs) => emit.node(op, inputs);
  const after = readInt(node, "linear_before_reset", 0) !== 0;
  const last = { first: 2 * size, count: size };
  const early = weights.matrix(2, { first: 0, count: 2 * size });
  const late = weights.matrix(2, last);
  const lateBias = after ? weights.stateBias(last) : "";
  const reset = (r: string, hidden: string | undefined): string | undefined => {
    if (!after) return hidden && node1("MatMul", node1("Mul", r, hidden), late);
    const value = hidden && node1("MatMul", hidden, late);
    if (lateBias === "") return value && node1("Mul", r, value);
    return node1("Mul", r, value === undefined ? lateBias : node1("Add", value, lateBias));
  };
  return {
    gates: product(parts, { gates: 3, both: after ? 2 : 3 }),
    step(gates, { hidden }) {
      const [open, fresh] = split(emit, gates, [2 * size, size]) as [string, string];
      const sum = hidden === undefined ? open : node1("Add", open, node1("MatMul", hidden, early));
      const [z, r] = split(emit, node1(f, sum), [size, size]) as [string, string];
      const old = reset(r, hidden);
      const n = node1(g, old === undefined ? fresh : node1("Add", fresh, old));
      if (hidden === undefined) return { hidden: node1("Sub", n, node1("Mul", z, n)) };
      return { hidden: node1("Add", n, node1("Mul", z, node1("Sub", hidden, n))) };
    },
  };
}

/** H′ = f(x · Wᵀ + H · Rᵀ + biases). */
export function rnnSteps(parts: StepParts): Steps {
  const { node, at, size, weights, emit } = parts;
  const [f] = readActivations(node)[at] as [string];
  const matrix = weights.matrix(2, { first: 0, count: size });
  return {
    gates: product(parts, { gates: 1, both: 1 }),
    step(gates, { hidden }) {
      const sum = hidden === undefined ? gates : emit.node("Add", [gates, emit.node("MatMul", [hidden, matrix])]);
      return { hidden: emit.node(f, [sum]) };
    },
  };
}
