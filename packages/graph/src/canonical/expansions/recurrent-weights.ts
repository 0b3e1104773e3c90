import type { LazyTensor } from "@samoyed/core";
import type { Node } from "@samoyed/ir";
import type { Emit } from "../rule.ts";
import { weightPart } from "./weight-part.ts";

/** Rows of a weight: those of some gates. */
interface Rows {
  readonly first: number;
  readonly count: number;
}

/** The weights of one direction of a recurrent node, as its steps use them. */
export interface DirectionWeights {
  /** Rows of the weight for the sequence or the state, transposed to [size of the operand, rows]. */
  matrix(input: 1 | 2, rows: Rows): string;
  /** Biases of the rows: those for the sequence, and those for the state of the first `both` of them; "" without any. */
  bias(rows: Rows, both: number): string;
  /** Biases of the rows for the state alone; "" without any. */
  stateBias(rows: Rows): string;
}

/** Takes the weights of direction `at` apart; all are initializers. */
export function directionWeights(node: Node, at: number, emit: Emit): DirectionWeights {
  const weight = (input: number): LazyTensor | undefined => emit.view.initializer(node.inputs[input] ?? "");
  const name = (part: string): string => `${node.name}.${part}.${at}`;
  const biases = weight(3);
  const half = biases === undefined ? 0 : biases.shape[1]! / 2;
  const offset = at * 2 * half;
  return {
    matrix(input, { first, count }) {
      const whole = weight(input)!;
      const [, rows, width] = whole.shape as [number, number, number];
      const start = (at * rows + first) * width;
      return emit.weight(
        weightPart(whole, {
          name: name(input === 1 ? "W" : "R"),
          shape: [width, count],
          sources: (index) => [start + (index % count) * width + Math.floor(index / count)],
        }),
      );
    },
    bias({ first, count }, both) {
      if (biases === undefined) return "";
      const sources = (index: number): number[] => {
        const place = offset + first + index;
        return index < both ? [place, place + half] : [place];
      };
      return emit.weight(weightPart(biases, { name: name("B"), shape: [count], sources }));
    },
    stateBias({ first, count }) {
      if (biases === undefined) return "";
      const sources = (index: number): number[] => [offset + half + first + index];
      return emit.weight(weightPart(biases, { name: name("RB"), shape: [count], sources }));
    },
  };
}
